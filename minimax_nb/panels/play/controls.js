// The controls of a playground: numbers with a slider, choices, and all the settings. "Default" is a state of its own.
// Each change goes to the kernel, which answers with all the settings as they are now.

/** Call `act` once nobody has called for a while; `.now()` calls it at once if it waits, `.drop()` never. */
function playLater(act, wait) {
  let timer = 0;
  const later = (...given) => {
    clearTimeout(timer);
    later.waits = () => act(...given);
    timer = setTimeout(later.now, wait);
  };
  later.waits = null;
  later.now = () => {
    clearTimeout(timer);
    const waiting = later.waits;
    later.waits = null;
    if (waiting) waiting();
  };
  later.drop = () => {
    clearTimeout(timer);
    later.waits = null;
  };
  return later;
}

/** A field whose label stands above it, with room beside the label and a note below; `body` is what holds the control. */
function playField(label, control, id, beside = null, body = control) {
  control.id = id;
  const note = mnbEl("p", { class: "mnb-play-note", id: id + "-note", hidden: true });
  control.setAttribute("aria-describedby", note.id);
  const head = mnbEl("div", { class: "mnb-play-head" }, mnbEl("label", { class: "mnb-label", for: id, text: label }), beside);
  return { element: mnbEl("div", { class: "mnb-play-field" }, head, body, note), note };
}

function playSetNote(note, control, text, quiet) {
  note.textContent = text;
  note.hidden = !text;
  note.classList.toggle("mnb-play-quiet", quiet);
  control.setAttribute("aria-invalid", String(!!text && !quiet));
}

/** The button that goes back to the default, and says that this is where one is. */
function playDefault(label, set) {
  const words = document.createTextNode("default");
  const button = mnbEl("button", { type: "button", class: "mnb-button mnb-quiet mnb-play-default" }, words,
    mnbEl("span", { class: "mnb-unseen", text: " " + label.toLowerCase() }));
  button.addEventListener("click", set);
  return { button, draw(isDefault, said) {
    button.disabled = isDefault;
    words.data = isDefault ? (said ? `default: ${said}` : "default") : "use default";
    button.title = isDefault ? "Not set: what is sent is the default" : "Back to the default";
  } };
}

/** A number: a slider where its range is known, a box for any value, and the way back to the default. */
function playNumber(shape, id, set) {
  const later = playLater(set, 250);
  const box = mnbEl("input", { type: "number", step: shape.step === 1 ? 1 : "any", min: shape.least, max: shape.most,
    placeholder: "default", title: shape.hint });
  const stops = shape.stops.length ? shape.stops : null;
  const known = shape.least !== null && shape.most !== null;
  const slider = known ? mnbEl("input", { type: "range", id: id + "-slider", "aria-label": shape.label + " slider",
    min: stops ? 0 : shape.least, max: stops ? stops.length - 1 : shape.most, step: stops ? 1 : shape.step }) : null;
  const near = (value) => stops.reduce((best, stop, at) => (Math.abs(stop - value) < Math.abs(stops[best] - value) ? at : best), 0);
  const back = playDefault(shape.label, () => {
    box.value = "";
    draw(null);
    later(null);
    later.now();
  });
  const row = mnbEl("div", { class: "mnb-play-number" }, slider, box);
  const field = playField(shape.label, box, id, back.button, row);

  function draw(value) {
    back.draw(value === null, shape.default);
    if (!slider) return;
    const shown = value ?? (shape.default === "" ? null : Number(shape.default.replaceAll(",", "")));
    const middle = stops ? stops.length / 2 : (shape.least + shape.most) / 2;
    slider.value = shown === null ? middle : stops ? near(shown) : shown;
    slider.setAttribute("aria-valuetext", value === null ? "default" : String(value));
    slider.classList.toggle("mnb-play-unset", value === null);
  }
  slider?.addEventListener("input", () => {
    const value = stops ? stops[slider.valueAsNumber] : Number(slider.valueAsNumber.toFixed(4));
    box.value = value;
    draw(value);
    later(value);
  });
  slider?.addEventListener("change", later.now);
  box.addEventListener("input", () => {
    if (box.validity.badInput) return later(undefined);
    const value = box.value === "" ? null : box.valueAsNumber;
    draw(value);
    later(value);
  });
  box.addEventListener("change", later.now);
  return { element: field.element, flush: later.now, update(control) {
    if (later.waits) return;
    if (!box.matches(":focus")) box.value = control.value ?? "";
    draw(control.value);
    playSetNote(field.note, box, control.note, false);
  } };
}

/** A choice; its first entry is the default. */
function playChoice(shape, id, set) {
  const select = mnbEl("select", { title: shape.hint, disabled: !!shape.reason });
  const fallback = shape.default ? `default (${shape.default})` : "default";
  mnbOptions(select, shape.reason ? [["", shape.default || "not to be set here"]] : [["", fallback], ...shape.choices]);
  const back = playDefault(shape.label, () => {
    select.value = "";
    set(null);
  });
  select.addEventListener("change", () => set(select.value || null));
  const field = playField(shape.label, select, id, shape.reason ? null : back.button);
  return { element: field.element, flush() {}, update(control) {
    select.value = control.value ?? "";
    back.draw(control.value === null, "");
    playSetNote(field.note, select, control.reason || control.note, !!control.reason);
  } };
}

/** All the settings. */
class PlaySettings {
  constructor({ send, say, id }) {
    this.send = send;
    this.say = say;
    this.id = id;
    this.controls = new Map();
    this.provider = mnbEl("select");
    this.face = mnbEl("select");
    this.model = mnbEl("select");
    this.modelHolder = mnbEl("div");
    this.about = mnbEl("p", { class: "mnb-hint" });
    this.notes = mnbEl("div");
    this.trouble = mnbEl("div", { class: "mnb-play-trouble", role: "status", hidden: true });
    this.system = mnbEl("textarea", { rows: 3, dir: "auto", placeholder: "none" });
    this.systemLater = playLater((text) => this.set("system", text || null), 400);
    this.system.addEventListener("input", () => this.systemLater(this.system.value));
    this.system.addEventListener("change", this.systemLater.now);
    this.numbers = mnbEl("div", { class: "mnb-play-controls" });
    this.all = mnbButton("All defaults", () => send({ op: "defaults" }), { kind: "quiet", title: "Every number and choice back to its default" });
    this.provider.addEventListener("change", () => this.set("provider", this.provider.value));
    this.face.addEventListener("change", () => this.set("face", this.face.value));
    this.summary = mnbEl("summary", { class: "mnb-play-summary" });
    this.element = mnbEl("details", { class: "mnb-play-settings", open: true }, this.summary,
      mnbEl("div", { class: "mnb-play-who" },
        playField("Provider", this.provider, id + "-provider").element, this.modelHolder,
        playField("Protocol", this.face, id + "-face").element),
      this.about, this.notes, this.trouble,
      playField("System message", this.system, id + "-system").element, this.numbers,
      mnbEl("div", { class: "mnb-row" }, this.all));
  }

  set(name, value) {
    if (value !== undefined) this.send({ op: "set", name, value });
  }

  /** Send at once what still waits to be sent. */
  flush() {
    this.systemLater.now();
    for (const control of this.controls.values()) control.flush();
  }

  load(settings) {
    this.summary.textContent = `Settings · ${settings.provider} · ${settings.model} · ${settings.face}`;
    this.loadProviders(settings);
    this.loadModel(settings);
    mnbOptions(this.face, settings.faces, settings.face);
    this.about.textContent = settings.about;
    this.notes.replaceChildren(...settings.notes.map((note) => mnbEl("p", { class: "mnb-play-note", text: note })));
    this.loadTrouble(settings);
    if (!this.system.matches(":focus") && !this.systemLater.waits) this.system.value = settings.system;
    this.loadControls(settings.controls);
  }

  loadProviders({ providers, provider }) {
    const groups = new Map();
    for (const { name, text, group } of providers) {
      if (!groups.has(group)) groups.set(group, mnbEl("optgroup", { label: group }));
      groups.get(group).append(mnbEl("option", { value: name, text }));
    }
    this.provider.replaceChildren(...groups.values());
    this.provider.value = provider;
  }

  loadModel({ models, model, any_model: any }) {
    if (this.anyModel !== any) {
      this.anyModel = any;
      const list = mnbEl("datalist", { id: this.id + "-models" });
      this.model = any ? mnbEl("input", { type: "text", list: list.id, spellcheck: "false", autocomplete: "off" }) : mnbEl("select");
      this.model.addEventListener("change", () => this.set("model", this.model.value));
      this.list = any ? list : null;
      this.modelHolder.replaceChildren(playField("Model", this.model, this.id + "-model").element, ...(any ? [list] : []));
    }
    mnbOptions(this.list ?? this.model, models.map(({ id, text }) => [id, text]));
    this.model.value = model;
  }

  loadTrouble({ trouble }) {
    if (this.trouble.dataset.text === trouble) return;
    this.trouble.dataset.text = trouble;
    this.trouble.hidden = !trouble;
    this.trouble.replaceChildren(mnbEl("p", { text: trouble }),
      mnbEl("p", {}, "Or run ", mnbEl("code", { text: "connect()" }), " in a cell, store a key there, and "),
      mnbButton("Look again", () => this.send({ op: "again" })));
  }

  loadControls(controls) {
    const before = this.controls;
    this.controls = new Map(controls.map((control) => {
      const shape = JSON.stringify({ ...control, value: 0, note: "" });
      const there = before.get(control.name);
      if (there?.shape === shape) return [control.name, there];
      there?.flush();
      const make = control.kind === "number" ? playNumber : playChoice;
      const made = make(control, `${this.id}-${control.name}`, (value) => this.set(control.name, value));
      return [control.name, { ...made, shape }];
    }));
    for (const [name, control] of before) if (!this.controls.has(name)) control.flush();
    this.place([...this.controls.values()].map((control) => control.element));
    for (const control of controls) this.controls.get(control.name).update(control);
    this.all.disabled = controls.every((control) => control.value === null);
  }

  /** Show these fields. Who types in one goes on typing in it, or in the one that has come in its place. */
  place(fields) {
    if (fields.length === this.numbers.children.length && fields.every((one, at) => one === this.numbers.children[at])) return;
    const focused = this.numbers.getRootNode().activeElement;
    const inside = this.numbers.contains(focused);
    this.numbers.replaceChildren(...fields);
    const next = inside && focused.id ? fields.flatMap((one) => [...one.querySelectorAll("[id]")]).find((one) => one.id === focused.id) : null;
    if (!next) return;
    if (next !== focused && !next.disabled) next.value = focused.value;
    next.focus({ preventScroll: true });
  }
}
