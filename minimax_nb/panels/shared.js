// What all panels share: the store of a widget, small pieces of a page, copying, announcing. No imports: a panel's
// script is this file, reply.js and its own, one after the other.
//
// What a model, a tool or a person wrote is set as text. HTML comes from the kernel alone, which has made it safe.

/** An element: mnbEl("p", { class: "a", text: "words", onclick: f, "aria-label": "b" }, child, ...). */
function mnbEl(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A button. Its accessible name is its text, or `label` where the text is only a sign. */
function mnbButton(text, onclick, { label, kind, title } = {}) {
  return mnbEl("button", {
    type: "button",
    class: "mnb-button" + (kind ? " mnb-" + kind : ""),
    text,
    "aria-label": label,
    title: title || label,
    onclick,
  });
}

/**
 * A button that stops a reply. It acts when it is pressed, not when it is let go: what grows above it may move it away
 * from under the pointer in between, and then there would be no click. A finger may be about to scroll, so it clicks.
 */
function mnbStopButton(stop, options) {
  let pressed = -Infinity;
  const button = mnbButton("Stop", (event) => {
    if (event.detail === 0 || event.timeStamp - pressed > 1000) stop();
  }, options);
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch" || button.disabled) return;
    pressed = event.timeStamp;
    stop();
  });
  return button;
}

/**
 * A box that grows with what is in it does so in steps while a reply comes, so that the buttons below it stay where they
 * are for a while. Its style sets min-height by --mnb-step. A height that a person gave it stays.
 */
function mnbGrowInSteps(box, inner, busy) {
  if (box.style.height) return void box.style.removeProperty("--mnb-step");
  if (inner.offsetHeight > box.clientHeight) return; // as tall as it gets; each change is a new style for all that is in it
  const step = 160;
  const now = parseFloat(box.style.getPropertyValue("--mnb-step")) || 0;
  const wanted = Math.ceil((inner.offsetHeight + 24) / step) * step;
  if (busy ? wanted > now : wanted < now) box.style.setProperty("--mnb-step", `${wanted}px`);
}

/** A labelled control: the label's text is the control's accessible name. */
function mnbField(label, control, hint) {
  return mnbEl("label", { class: "mnb-field" }, mnbEl("span", { class: "mnb-label", text: label }), control,
    hint ? mnbEl("span", { class: "mnb-hint", text: hint, "aria-hidden": "true" }) : null);
}

/** Options of a <select>: plain values, or pairs of value and text. */
function mnbOptions(select, values, chosen) {
  select.replaceChildren(...values.map((one) => {
    const [value, text] = Array.isArray(one) ? one : [one, one];
    return mnbEl("option", { value, text, selected: value === chosen });
  }));
  if (chosen !== undefined) select.value = chosen;
}

/** Says things to screen readers, one after the other. */
function mnbAnnouncer() {
  const element = mnbEl("div", { class: "mnb-unseen", role: "status", "aria-live": "polite" });
  return { element, say: (text) => (element.textContent = text === element.textContent ? text + "\u00a0" : text) };
}

/** Copy a text to the clipboard; whether that went well. */
async function mnbCopy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = mnbEl("textarea", { class: "mnb-unseen", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** A button that copies what `text` gives, and says so. */
function mnbCopyButton(name, text, say) {
  const button = mnbButton(name, async () => {
    const done = await mnbCopy(text());
    button.textContent = done ? "Copied" : "Not copied";
    say(done ? "Copied" : "The browser does not let this page copy");
    setTimeout(() => (button.textContent = name), 1500);
  }, { kind: "quiet" });
  return button;
}

/**
 * Put code into a new cell below the one the panel is in; whether that went well. JupyterLab's and Notebook's widget
 * manager knows the notebook; elsewhere the code has to be copied.
 */
function mnbNewCell(model, element, code) {
  return mnbNewCells(model, element, [{ cell_type: "code", source: code }]);
}

/** The same for several cells in their order: each with its cell_type and source. */
function mnbNewCells(model, element, cells) {
  try {
    const notebook = model.widget_manager.context.model;
    const holder = element.closest(".jp-Cell");
    const all = holder ? [...holder.parentElement.querySelectorAll(":scope > .jp-Cell")] : [];
    const place = holder ? all.indexOf(holder) : -1;
    const at = place >= 0 && all.length === notebook.cells.length ? place + 1 : notebook.cells.length;
    notebook.sharedModel.insertCells(at, cells.map((cell) => ({ metadata: {}, ...cell })));
    return true;
  } catch {
    return false;
  }
}

/** Control+S in a panel saves the notebook, as it does beside it, where the page knows how. */
function mnbSaveKey(event, model) {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  const context = model.widget_manager?.context;
  if (!context?.save) return;
  event.preventDefault();
  event.stopPropagation();
  context.save();
}

/** Shift+Enter in a text box makes a line: JupyterLab 4.6 takes the line break away from whatever is inside a notebook. */
function mnbLineKey(event) {
  if (event.key !== "Enter" || !event.shiftKey || event.isComposing || event.target.tagName !== "TEXTAREA") return;
  event.preventDefault();
  event.stopPropagation();
  const area = event.target;
  const before = area.value;
  document.execCommand("insertText", false, "\n"); // which Control+Z takes back
  if (area.value !== before) return;
  area.setRangeText("\n", area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertLineBreak" }));
}

/** A number with thousands apart. */
const mnbNumber = (value) => Number(value).toLocaleString("en-US");

/**
 * A panel: one store for each widget, one view for each place it is drawn in.
 *
 *   reduce(state, op)           brings the state up to date; called once an operation
 *   view({ root, send, say, model, copy }) -> { load(state), apply(op, state), close() }
 *
 * Operations arrive in numbered messages. Where one is missing, or there is no state yet, the kernel is asked for all of
 * it. A second view begins from the store and asks nobody.
 */
function mnbPanel({ name, reduce, view }) {
  const store = {
    state: null, copy: null, keeper: null, seq: 0, views: new Set(), from: Math.random().toString(36).slice(2), asked: false,
  };

  /** What the page does with an operation on the saved copy; whether it was one. */
  function ofCopy(op) {
    if (op.op === "kept") {
      store.copy.digest = op.digest;
      store.keeper.expect(op.digest, store.copy.again);
    } else if (op.op === "copy") {
      if (op.to === null || op.to === store.from) store.keeper.take(op.data, op.metadata);
    } else return false;
    return true;
  }

  function take(model, message, buffers) {
    if (!message || !Array.isArray(message.ops)) return;
    const missed = store.state !== null && message.seq !== store.seq + 1;
    store.seq = message.seq;
    for (const op of message.ops) {
      if (op.op === "state") {
        if (store.state !== null && !missed && op.to !== store.from) continue; // it was for a page that began anew
        store.state = op.state;
        store.copy = op.copy;
        store.asked = false;
        for (const one of store.views) one.load(store.state, store.copy);
      } else if (store.state !== null && !missed && !store.asked && !ofCopy(op)) {
        reduce(store.state, op);
        for (const one of store.views) one.apply(op, store.state, buffers);
      }
    }
    if (missed && !message.ops.some((op) => op.op === "state")) hello(model);
  }

  function hello(model) {
    if (store.asked) return;
    store.asked = true;
    model.send({ op: "hello", from: store.from, keeps: store.keeper.can() });
  }

  return {
    initialize({ model }) {
      const fetch = () => model.send({ op: "copy", from: store.from });
      const changed = () => store.views.forEach((one) => one.copy.fold());
      store.keeper = mnbCopyKeeper({ model, fetch, changed });
      model.on("msg:custom", (message, buffers) => take(model, message, buffers));
      hello(model);
    },
    render({ model, el }) {
      const say = mnbAnnouncer();
      const root = mnbEl("section", { class: "mnb-panel mnb-" + name.toLowerCase().replaceAll(" ", "-"),
        "aria-label": name, "data-lm-suppress-shortcuts": "true" });
      // The mark above keeps shortcuts off that are bound to what is around; those bound to "whatever has the focus" (arrows,
      // Enter and letters in command mode) ask the focused element itself.
      root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
      root.addEventListener("keydown", (event) => (mnbSaveKey(event, model), mnbLineKey(event)));
      const waiting = mnbEl("p", { class: "mnb-hint", text: "Waiting for the kernel …", hidden: true });
      const error = mnbEl("p", { class: "mnb-error", role: "alert", hidden: true });
      el.append(waiting, root, say.element);
      root.append(error);
      const send = (message, buffers) => {
        error.hidden = true;
        model.send(message, undefined, buffers);
      };
      const copy = mnbKeptCopy({ el: root, keeper: store.keeper, mark: MNB_KEPT_AS });
      const made = view({ root, send, say: say.say, model, copy });
      if (!copy.toggle.parentNode) root.append(mnbEl("div", { class: "mnb-row mnb-copy-foot" }, copy.toggle));
      root.append(copy.note);
      copy.open();
      const one = {
        copy,
        load(state, kept) {
          waiting.hidden = true;
          made.load(state);
          store.keeper.expect(kept.digest, kept.again, kept.widget);
        },
        apply(op, state, buffers) {
          if (op.op === "error") {
            error.textContent = op.text;
            error.hidden = false;
          }
          made.apply(op, state, buffers);
        },
      };
      store.views.add(one);
      if (store.state !== null) one.load(store.state, store.copy);
      else setTimeout(() => (waiting.hidden = store.state !== null), 800);
      return () => {
        store.views.delete(one);
        if (!store.views.size) store.keeper.write(); // nobody may come back to do it
        copy.close();
        if (made.close) made.close();
      };
    },
  };
}
