// The copy of a panel that the notebook keeps below it. While the panel itself is shown its copy is folded away, so that
// nobody reads everything twice; without this script (on GitHub, in an export, after the kernel has gone) it just stands
// there. After a reload JupyterLab no longer brings what the kernel sends to that output; then the page writes it there.

const MNB_WIDGET = "application/vnd.jupyter.widget-view+json";

/** `mark` ends the copy's text; `fetch` asks the kernel for the copy, which take(data, metadata) then gets. */
function mnbKeptCopy({ el, model, mark, fetch }) {
  const toggle = mnbButton("Show saved copy", () => show(hidden), { kind: "quiet" });
  const note = mnbEl("p", { class: "mnb-hint", hidden: true,
    text: "The saved copy below is out of date. Run the cell of the panel again to renew it." });
  toggle.hidden = true;
  let hidden = true;
  let wanted = "";
  let widget = ""; // the widget's id, which the notebook knows it by
  let timer = 0;
  let watcher = null;

  function outputs() {
    const own = el.closest(".jp-OutputArea-child");
    if (!own) return [];
    const found = [];
    for (let next = own.nextElementSibling; next; next = next.nextElementSibling) {
      const text = next.querySelector(".jp-OutputArea-output")?.textContent.trimEnd() ?? "";
      if (text.endsWith(mark) || text.endsWith(`${mark}]`)) found.push(next);
    }
    return found.slice(0, 1);
  }

  function fold() {
    const found = outputs();
    for (const output of found) output.style.display = hidden ? "none" : "";
    toggle.hidden = !found.length;
    toggle.textContent = hidden ? "Show saved copy" : "Hide saved copy";
    toggle.setAttribute("aria-expanded", String(!hidden));
  }

  function show(now) {
    hidden = !now;
    fold();
  }

  /** The output area's own value for each copy below this panel: [outputs, place]. */
  function kept() {
    const cells = model.widget_manager.context.model.cells;
    const found = [];
    for (let at = 0; at < cells.length; at++) {
      const list = cells.get(at).outputs;
      if (!list) continue;
      let below = false;
      for (let place = 0; place < list.length; place++) {
        const { data, metadata } = list.get(place);
        if (widget && data[MNB_WIDGET]?.model_id === widget) below = true;
        else if (below && metadata?.minimax_nb?.digest) {
          found.push({ list, place, digest: metadata.minimax_nb.digest });
          below = false;
        }
      }
    }
    return found;
  }

  function compare() {
    try {
      const copies = kept();
      note.hidden = true;
      if (copies.some((one) => one.digest !== wanted)) fetch();
    } catch {
      note.hidden = !reopened;
    }
  }

  let reopened = false;

  return {
    toggle,
    note,
    /** The kernel has a copy with this mark; in a moment the notebook should have it, too. */
    expect(digest, again, id = widget) {
      wanted = digest;
      widget = id;
      reopened = again;
      clearTimeout(timer);
      timer = setTimeout(() => {
        compare();
        fold();
      }, 700);
    },
    take(data, metadata) {
      try {
        for (const { list, place, digest } of kept()) {
          if (digest === metadata.minimax_nb.digest) continue;
          list.set(place, { output_type: "display_data", data, metadata });
        }
        note.hidden = true;
      } catch {
        note.hidden = !reopened;
      }
      fold();
    },
    open() {
      const area = el.closest(".jp-OutputArea");
      if (area) {
        watcher = new MutationObserver(fold);
        watcher.observe(area, { childList: true });
      }
      fold();
      setTimeout(fold, 300); // Markdown is drawn some time after it came
      setTimeout(fold, 1500);
    },
    close() {
      clearTimeout(timer);
      watcher?.disconnect();
      for (const output of outputs()) output.style.display = "";
    },
  };
}
