// The copy of a panel that the notebook keeps below it. While the panel itself is shown its copy is folded away, so that
// nobody reads everything twice; without this script (on GitHub, in an export, after the kernel has gone) it just stands
// there.
//
// A front end sets the whole copy anew whenever it changes, folded away or not, which can take half a second. So where a
// page can reach the notebook (JupyterLab, Notebook) the kernel sends the copy to it, and the page puts it into the
// notebook when that is saved, or when nobody has touched anything for a while.

const MNB_WIDGET = "application/vnd.jupyter.widget-view+json";
const MNB_QUIET_MS = 5_000;
const MNB_LATEST_MS = 60_000;

/** Puts the copy into the notebook, for all views of one widget. `fetch` asks the kernel for the copy; `changed` is called
 *  when the notebook was changed, or could not be. */
function mnbCopyKeeper({ model, fetch, changed }) {
  let wanted = "";
  let widget = ""; // the widget's id, which the notebook knows it by
  let reopened = false;
  let timer = 0;
  let late = null; // the copy that the notebook lacks: { data, metadata, since }
  let touched = 0;
  let quiet = 0;
  const keeper = { stale: false, can, expect, take, write };
  const context = () => model.widget_manager.context;

  /** Whether this page knows the notebook and when it is saved. */
  function can() {
    try {
      return context().model.cells.length > 0 && typeof context().saveState.connect === "function";
    } catch {
      return false;
    }
  }

  /** The output area's own value for each copy below this panel: [outputs, place]. */
  function kept() {
    const cells = context().model.cells;
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

  /** Do it; if the notebook cannot be reached, say so to whoever opened it again and would miss the newest copy. */
  function within(work) {
    try {
      work();
      keeper.stale = false;
    } catch {
      keeper.stale = reopened;
    }
    changed();
  }

  /** The kernel has a copy with this digest; in a moment the notebook should have it, too. */
  function expect(digest, again, id = widget) {
    wanted = digest;
    widget = id;
    reopened = again;
    clearTimeout(timer);
    timer = setTimeout(() => within(() => {
      const copies = kept();
      if (late?.metadata.minimax_nb.digest !== wanted && copies.some((one) => one.digest !== wanted)) fetch();
    }), 700);
  }

  /** The newest copy has come. */
  function take(data, metadata) {
    const first = late === null;
    late = { data, metadata, since: late?.since ?? Date.now() };
    if (!can()) return write();
    touched = Date.now();
    if (!first) return;
    context().model.dirty = true; // so that it is saved, and nobody leaves the page without a question
    context().saveState.connect(onSave);
    for (const kind of ["keydown", "pointerdown", "wheel"]) document.addEventListener(kind, touch, { capture: true, passive: true });
    quiet = setInterval(look, 500);
  }

  function touch() {
    touched = Date.now();
  }

  function look() {
    if (Date.now() - touched > MNB_QUIET_MS || Date.now() - late.since > MNB_LATEST_MS) write();
  }

  function onSave(_context, state) {
    if (state === "started") write();
  }

  /** Put the copy into the notebook now, if it lacks one. */
  function write() {
    if (late === null) return;
    const { data, metadata } = late;
    late = null;
    clearInterval(quiet);
    for (const kind of ["keydown", "pointerdown", "wheel"]) document.removeEventListener(kind, touch, { capture: true });
    within(() => {
      context().saveState?.disconnect(onSave);
      for (const { list, place, digest } of kept()) {
        if (digest !== metadata.minimax_nb.digest) list.set(place, { output_type: "display_data", data, metadata });
      }
    });
  }

  return keeper;
}

/** The copy as one view shows it: folded away, with a button to see it. `mark` ends the copy's text. */
function mnbKeptCopy({ el, keeper, mark }) {
  const toggle = mnbButton("Show saved copy", () => show(hidden), { kind: "quiet" });
  const note = mnbEl("p", { class: "mnb-hint", hidden: true,
    text: "The saved copy below is out of date. Run the cell of the panel again to renew it." });
  toggle.hidden = true;
  let hidden = true;
  let watcher = null; // of outputs that come and go
  let drawing = null; // of outputs that are there already, while none of them is the copy

  /** What stands below the panel in its cell. */
  function below() {
    const found = [];
    let next = el.closest(".jp-OutputArea-child")?.nextElementSibling;
    for (; next; next = next.nextElementSibling) found.push(next);
    return found;
  }

  function outputs() {
    const found = [];
    for (const next of below()) {
      const text = next.querySelector(".jp-OutputArea-output")?.textContent.trimEnd() ?? "";
      if (text.endsWith(mark) || text.endsWith(`${mark}]`)) found.push(next);
    }
    return found.slice(0, 1);
  }

  function fold() {
    const found = outputs();
    for (const output of found) output.style.display = hidden ? "none" : "";
    note.hidden = !keeper.stale;
    toggle.hidden = !found.length;
    toggle.textContent = hidden ? "Show saved copy" : "Hide saved copy";
    toggle.setAttribute("aria-expanded", String(!hidden));
    drawing?.disconnect();
    drawing = null;
    if (!found.length) awaitCopy();
  }

  /** A long copy is drawn long after its output came. */
  function awaitCopy() {
    drawing = new MutationObserver(fold);
    for (const next of below()) {
      if (!next.querySelector(".mnb-panel")) drawing.observe(next, { childList: true, subtree: true });
    }
  }

  function show(now) {
    hidden = !now;
    if (now) keeper.write();
    fold();
  }

  return {
    toggle,
    note,
    fold,
    open() {
      const area = el.closest(".jp-OutputArea");
      if (area) {
        watcher = new MutationObserver(fold);
        watcher.observe(area, { childList: true });
      }
      fold();
    },
    close() {
      watcher?.disconnect();
      drawing?.disconnect();
      for (const output of outputs()) output.style.display = "";
    },
  };
}
