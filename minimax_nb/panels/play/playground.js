// The playground: settings on one side (controls.js), on the other the calls, the message and the code.
// Ops from the kernel beside those of a reply and of attach.js: settings, sent, keeps, count, code, call, trouble, busy,
// cleared.

function reduce(state, op) {
  if (mnbOfReply(op)) {
    const call = state.calls.find((one) => one.r === op.r);
    if (call) mnbReduceReply(call.reply, op);
  } else if (op.op === "settings") state.settings = op.settings;
  else if (op.op === "call") state.calls = [...state.calls.slice(-19), op.call];
  else if (op.op === "trouble") state.calls.filter((one) => one.r === op.call).forEach((one) => (one.trouble = op.text));
  else if (op.op === "busy") state.busy = op.value;
  else if (op.op === "keeps") state.keeps = op.value;
  else if (op.op === "count") state.count = op.text;
  else if (op.op === "code") state.code = op.code;
  else if (op.op === "cleared") state.calls = [];
  else if (op.op === "sent") state.prompt = state.prompt === op.text ? "" : state.prompt;
  else if (op.op === "takes") state.takes = op.takes;
  else if (op.op === "attached") state.files = [...state.files.filter((one) => one.id !== op.id), { ...op, done: true }];
  else if (op.op === "unattached" || op.op === "refused") state.files = state.files.filter((one) => one.id !== op.id);
}

/** What a reader sees of one call: the prompt, what was set, the reply. */
class PlayCall {
  constructor(call, say) {
    this.r = call.r;
    this.reply = new MnbReplyView(say);
    this.trouble = mnbEl("p", { class: "mnb-error", hidden: true });
    this.element = mnbEl("article", { class: "mnb-play-call", "aria-label": "Call" },
      mnbEl("p", { class: "mnb-play-prompt", text: call.prompt, dir: "auto" }), mnbMedia(call.media),
      mnbEl("p", { class: "mnb-play-line", text: call.line }), this.reply.element, this.trouble);
    this.reply.load(call.reply);
    this.fail(call.trouble);
  }

  fail(text) {
    if (!text) return;
    this.trouble.textContent = text;
    this.trouble.hidden = false;
    this.reply.element.setAttribute("aria-busy", "false");
  }
}

/** The same call as code: a tab for each form. */
class PlayCode {
  constructor({ send, say, model, root, id }) {
    Object.assign(this, { send, say, model, root, id, chosen: "", forms: [] });
    this.button = mnbButton("Show code", () => send({ op: "code", open: this.element.hidden }));
    this.button.setAttribute("aria-controls", id + "-code");
    this.tabs = mnbEl("div", { class: "mnb-play-tabs", role: "tablist", "aria-label": "Languages" });
    this.problem = mnbEl("p", { class: "mnb-hint", hidden: true });
    this.panel = mnbEl("div", { role: "tabpanel", id: id + "-form", tabindex: "0" });
    this.copy = mnbCopyButton("Copy code", () => this.form()?.text ?? "", say);
    this.put = mnbButton("Put into a cell", () => this.putBelow(), { kind: "quiet" });
    this.actions = mnbEl("div", { class: "mnb-row" }, this.copy, this.put);
    this.element = mnbEl("section", { class: "mnb-play-code", id: id + "-code", "aria-label": "Code", hidden: true },
      mnbEl("div", { class: "mnb-play-code-head" }, this.tabs, this.actions), this.problem, this.panel);
    this.tabs.addEventListener("keydown", (event) => this.walk(event));
  }

  form() {
    return this.forms.find((form) => form.title === this.chosen);
  }

  load(code) {
    this.element.hidden = code === null;
    this.button.setAttribute("aria-expanded", String(code !== null));
    this.button.textContent = code === null ? "Show code" : "Hide code";
    if (code === null) return;
    this.forms = code.forms;
    this.problem.textContent = code.problem ? `No code yet: ${code.problem}` : this.forms.length ? "" : "Writing the code …";
    this.problem.hidden = this.forms.length > 0;
    this.actions.hidden = !this.forms.length;
    if (!this.form()) this.chosen = this.forms[0]?.title ?? "";
    this.draw();
  }

  draw() {
    const focused = this.tabs.contains(document.activeElement) || this.tabs.querySelector(":focus") !== null;
    this.tabs.replaceChildren(...this.forms.map(({ title }) => {
      const on = title === this.chosen;
      return mnbEl("button", { type: "button", role: "tab", class: "mnb-play-tab", text: title, "aria-selected": String(on),
        "aria-controls": this.panel.id, tabindex: on ? "0" : "-1", onclick: () => this.choose(title) });
    }));
    if (focused) this.tabs.querySelector("[aria-selected=true]")?.focus();
    const form = this.form();
    this.panel.setAttribute("aria-label", this.chosen);
    const block = form ? mnbHtml(form.html, this.say) : "";
    if (form) block.querySelectorAll(".mnb-copy, .mnb-code-head").forEach((one) => one.remove()); // they stand above
    this.panel.replaceChildren(block);
  }

  choose(title) {
    this.chosen = title;
    this.draw();
  }

  walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !this.forms.length) return;
    event.preventDefault();
    const at = this.forms.findIndex((form) => form.title === this.chosen);
    this.choose(this.forms[(at + step + this.forms.length) % this.forms.length].title);
    this.tabs.querySelector("[aria-selected=true]").focus();
  }

  async putBelow() {
    const form = this.form();
    if (!form) return;
    const put = mnbNewCell(this.model, this.root, form.cell);
    const done = put || (await mnbCopy(form.cell));
    const said = put ? "It is in a new cell below" : done ? "Copied: paste it into a cell" : "Neither a cell nor a copy can be made here";
    this.put.textContent = said;
    this.say(said);
    setTimeout(() => (this.put.textContent = "Put into a cell"), 2500);
  }
}

/** A chart, drawn here, for the sample that has a picture. */
function playChart() {
  const canvas = mnbEl("canvas", { width: 480, height: 300 });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, 480, 300);
  pen.fillStyle = "#222222";
  pen.font = "16px sans-serif";
  pen.fillText("Rainy days in a month", 150, 28);
  pen.font = "14px sans-serif";
  [["Jan", 14], ["Mar", 11], ["May", 8], ["Jul", 3], ["Sep", 6], ["Nov", 13]].forEach(([month, days], at) => {
    pen.fillStyle = "#1565c0";
    pen.fillRect(40 + at * 72, 260 - days * 14, 44, days * 14);
    pen.fillStyle = "#222222";
    pen.fillText(month, 46 + at * 72, 282);
    pen.fillText(String(days), 52 + at * 72, 252 - days * 14);
  });
  return new Promise((done) => canvas.toBlob((blob) => done(new File([blob], "rainy-days.png", { type: "image/png" })), "image/png"));
}

let playNumbered = 0;

function view({ root, send, say, model }) {
  const id = `mnb-play-${Math.random().toString(36).slice(2, 8)}-${++playNumbered}`;
  const settings = new PlaySettings({ send, say, id });
  const code = new PlayCode({ send, say, model, root, id });
  let calls = [];
  let state = null;
  let attach = null;

  const list = mnbEl("div");
  const log = mnbEl("div", { class: "mnb-play-log", role: "region", "aria-label": "Replies", tabindex: "0", hidden: true }, list);
  const toEnd = () => (log.scrollTop = log.scrollHeight);
  let atEnd = true; // a reader who is at the end of the log stays there
  log.addEventListener("scroll", () => (atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40));
  const growth = new ResizeObserver(() => {
    mnbGrowInSteps(log, list, state?.busy);
    if (atEnd) toEnd();
  });
  growth.observe(list);
  const message = mnbEl("textarea", { rows: 3, dir: "auto", placeholder: "Ask something, or choose a sample" });
  const counted = mnbEl("p", { class: "mnb-hint mnb-play-count" });
  const samples = mnbEl("div", { class: "mnb-row mnb-play-samples", role: "group", "aria-label": "Sample prompts" });
  const files = mnbEl("div");
  const sendButton = mnbButton("Send", sendNow, { kind: "primary" });
  const stop = mnbStopButton(() => send({ op: "stop" }));
  const keeps = mnbEl("input", { type: "checkbox", id: id + "-keeps" });
  const clear = mnbButton("Clear", () => send({ op: "clear" }), { kind: "quiet", title: "Take the calls away; a conversation that is kept begins anew" });
  const typed = playLater(() => send({ op: "prompt", text: message.value }), 350);
  const buttons = mnbEl("div", { class: "mnb-row mnb-play-buttons" }, sendButton, stop);
  const field = playField("Message", message, id + "-message");

  message.addEventListener("input", () => {
    if (state) state.prompt = message.value;
    typed();
  });
  message.addEventListener("blur", typed.now); // the code that is about to be looked at or copied is of this text
  message.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.altKey) return;
    event.preventDefault();
    sendNow();
  });
  keeps.addEventListener("change", () => send({ op: "keeps", value: keeps.checked }));

  const main = mnbEl("div", { class: "mnb-play-main" }, log,
    mnbEl("div", { class: "mnb-play-compose" }, samples, field.element, files, counted, buttons), code.element);
  const keeping = mnbEl("label", { for: keeps.id }, keeps, "Keep the conversation");
  buttons.append(code.button, mnbEl("div", { class: "mnb-row mnb-play-keeps" }, keeping, clear));
  root.append(mnbEl("div", { class: "mnb-play" }, settings.element, main));
  const complaint = root.querySelector(":scope > .mnb-error");
  if (complaint) counted.after(complaint); // what went wrong is told where Send is

  function sendNow() {
    if (!state || state.busy) return;
    settings.flush();
    typed.drop(); // what is sent tells the text as well
    send({ op: "send", text: message.value });
  }

  /** Put a sample into the message box, as if it were typed: the browser's undo brings back what stood there. */
  async function useSample({ text, picture }) {
    message.focus();
    message.select();
    if (!document.execCommand("insertText", false, text)) message.value = text;
    message.dispatchEvent(new Event("input", { bubbles: true }));
    if (picture) attach.take([await playChart()]);
  }

  function drawSamples() {
    samples.replaceChildren(mnbEl("span", { class: "mnb-label", text: "Samples" }), ...state.samples.map((sample) => {
      const button = mnbButton(sample.title, () => useSample(sample), { kind: "chip", title: sample.text });
      button.removeAttribute("aria-label");
      button.disabled = !!sample.picture && !state.takes.kinds.includes("image");
      if (button.disabled) button.title = "This model, or this protocol, takes no pictures";
      return button;
    }));
  }

  function drawBusy() {
    sendButton.disabled = state.busy;
    stop.disabled = !state.busy;
    clear.disabled = state.busy || !state.calls.length;
    log.hidden = !state.calls.length;
  }

  function add(call) {
    const made = new PlayCall(call, say);
    calls.push(made);
    list.append(made.element);
    while (calls.length > 20) calls.shift().element.remove();
  }

  function applyReply(op) {
    const call = calls.find((one) => one.r === op.r);
    if (!call) return;
    call.reply.apply(op);
    if (op.op === "end") say(op.partial ? "The reply is not whole" : "The reply is there");
  }

  const acts = {
    settings: (op) => settings.load(op.settings),
    call: (op) => {
      add(state.calls.at(-1));
      drawBusy();
      atEnd = true;
      toEnd();
      say("Sent");
    },
    trouble: (op) => {
      calls.find((one) => one.r === op.call)?.fail(op.text);
      say(op.text);
    },
    busy: drawBusy,
    keeps: () => (keeps.checked = state.keeps),
    count: () => (counted.textContent = state.count),
    code: () => code.load(state.code),
    cleared: () => {
      calls = [];
      list.replaceChildren();
      drawBusy();
      say("Cleared");
    },
    sent: (op) => {
      if (message.value === op.text) message.value = "";
    },
  };

  return {
    load(loaded) {
      state = loaded;
      if (attach === null) {
        attach = mnbAttach({ send, announce: say, takes: state.takes });
        files.append(attach.element);
        sendButton.nextSibling.after(attach.button);
        attach.dropZone(main);
      } else attach.handle({ op: "takes", takes: state.takes });
      attach.state(state.files);
      settings.load(state.settings);
      if (!message.matches(":focus")) message.value = state.prompt;
      calls = [];
      list.replaceChildren();
      state.calls.forEach(add);
      keeps.checked = state.keeps;
      counted.textContent = state.count;
      code.load(state.code);
      drawSamples();
      drawBusy();
      toEnd();
    },
    apply(op, now) {
      state = now;
      if (mnbOfReply(op)) applyReply(op);
      else if (acts[op.op]) acts[op.op](op);
      else attach.handle(op);
      if (op.op === "takes") drawSamples();
    },
    close() {
      growth.disconnect();
      settings.flush();
      typed.now();
    },
  };
}

export default () => mnbPanel({ name: "Playground", reduce, view });
