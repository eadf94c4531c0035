// The chat panel: the box to write in, and what stands around the conversation. See panel.py.

/** Bring the store up to date with one operation. */
function mnbChatReduce(state, op) {
  const turn = (id) => state.turns.findLast((one) => one.id === id);
  if (mnbOfReply(op)) {
    const found = turn(op.r);
    if (found) mnbReduceReply(found.reply, op);
  } else if (op.op === "put") {
    const at = state.turns.findIndex((one) => one.id === op.turn.id);
    if (at < 0) state.turns.push(op.turn);
    else state.turns[at] = op.turn;
  } else if (op.op === "order") state.turns = op.ids.map(turn).filter(Boolean);
  else if (op.op === "mark") Object.assign(turn(op.id) ?? {}, { stale: op.stale });
  else if (op.op === "running") state.running = op.id;
  else if (op.op === "idle") Object.assign(state, { running: null, questions: [] });
  else if (op.op === "question") state.questions.push(op.question);
  else if (op.op === "answered") state.questions = state.questions.filter((one) => one.number !== op.number);
  else if (op.op === "failure") state.failure = op.failure;
  else if (op.op === "gauge") state.gauge = op;
  else if (op.op === "spent") state.spent = op.text;
  else if (op.op === "files") state.files = op.files;
  else if (op.op === "takes") state.takes = op.takes;
  else if (op.op === "attached") mnbChatFile(state, { ...op, done: true });
  else if (op.op === "unattached" || op.op === "refused") state.files = state.files.filter((one) => one.id !== op.id);
  else if (op.op === "around") Object.assign(state, op, { op: undefined });
  else if (op.op === "whole") {
    for (const key of Object.keys(state)) delete state[key];
    Object.assign(state, op.state);
  }
}

function mnbChatFile(state, file) {
  const at = state.files.findIndex((one) => one.id === file.id);
  if (at < 0) state.files.push(file);
  else state.files[at] = file;
}

function mnbChatView({ root, send, say, model, copy }) {
  let state = null;
  let waiting = null; // what is done with the kernel's next answer to this page
  const token = Math.random().toString(36).slice(2);
  const ask = (message, then) => {
    waiting = then;
    send({ ...message, to: token });
  };

  // -- what stands above ---------------------------------------------------------------------------------------------

  const who = mnbEl("span", { class: "mnb-chat-who mnb-grow" });
  const chats = mnbEl("select", { "aria-label": "Conversation", onchange: () => send({ op: "choose", chat: chats.selectedIndex }) });
  const fresh = mnbButton("New chat", () => (send({ op: "new" }), message.focus()));
  const exports = mnbEl("details", { class: "mnb-menu" }, mnbEl("summary", { class: "mnb-button", text: "Export" }),
    mnbEl("div", { class: "mnb-menu-list" },
      mnbButton("To cells", () => take("cells")), mnbButton("Markdown", () => take("markdown")),
      mnbButton("JSON", () => take("json"))));
  exports.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !exports.open) return;
    event.stopPropagation();
    exports.open = false;
    exports.querySelector("summary").focus();
  });
  exports.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !exports.contains(event.relatedTarget)) exports.open = false;
  });
  const head = mnbEl("div", { class: "mnb-row mnb-chat-head" }, who, chats, fresh, exports);

  function take(form) {
    exports.open = false;
    exports.querySelector("summary").focus();
    ask({ op: "export", as: form }, (answer) => {
      if (answer.cells) return toCells(answer.cells);
      const link = mnbEl("a", { download: answer.name, href: URL.createObjectURL(new Blob([answer.text], { type: answer.type })) });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      return say(`${answer.name} is saved by the browser`);
    });
  }

  async function toCells(cells) {
    if (mnbNewCells(model, root, cells)) return tell(`${cells.length} cells were put below this one.`);
    const text = cells.map((cell) => cell.source).join("\n\n");
    return tell((await mnbCopy(text)) ? "This page cannot make cells. The conversation was copied instead."
      : "This page can neither make cells nor copy.");
  }

  // -- the conversation ----------------------------------------------------------------------------------------------

  const log = new MnbChatLog({
    send, say,
    focus: () => message.focus(),
    copy: (id, button) => ask({ op: "text", id }, async ({ text }) => {
      const done = await mnbCopy(text);
      button.textContent = done ? "Copied" : "Not copied";
      say(done ? "Copied" : "The browser does not let this page copy");
      setTimeout(() => (button.textContent = "Copy"), 1500);
    }),
    again: (failure) => {
      if (message.value === failure.prompt) write("");
      send({ op: "again" });
      message.focus();
    },
    gone: (neighbour) => (neighbour ?? message).focus(),
  });
  const told = mnbEl("div", { class: "mnb-row mnb-chat-told", hidden: true }, mnbEl("span", { class: "mnb-hint" }),
    mnbButton("Undo", () => (send({ op: "undo" }), message.focus()), { kind: "quiet" }));
  const tell = (text) => {
    told.hidden = !text && !state.undo;
    told.firstChild.textContent = text || state.undo;
    told.lastChild.hidden = !state.undo || (text !== "" && text !== state.undo);
    if (text) say(text);
  };

  // -- the box to write in -------------------------------------------------------------------------------------------

  const message = mnbEl("textarea", { "aria-label": "Message", class: "mnb-chat-message", rows: "1", dir: "auto",
    placeholder: "Message (Enter sends, Shift+Enter begins a line)" });
  const go = mnbButton("Send", () => (submit(), message.focus()), { kind: "primary" });
  const stop = mnbStopButton(() => (send({ op: "stop" }), message.focus()), { kind: "stop" });
  const nothing = { kinds: [], image_bytes: 0, video_bytes: 0, count: 0, slice: 1, suffixes: {}, instead: {} };
  const attach = mnbAttach({ send, announce: say, takes: nothing });
  attach.button.classList.add("mnb-button");
  const composer = mnbEl("div", { class: "mnb-chat-composer" }, attach.element, message,
    mnbEl("div", { class: "mnb-row" }, attach.button, mnbEl("span", { class: "mnb-grow" }), stop, go));
  attach.dropZone(root);

  function write(text) {
    message.value = text;
    mnbGrow(message);
    ready();
  }

  function ready() {
    const something = message.value.trim() !== "" || state?.files.length > 0;
    go.disabled = !state || state.running !== null || !something || !attach.ready();
    stop.hidden = !state || state.running === null;
  }

  function submit() {
    if (state?.running) return say("A reply is under way");
    ready();
    if (go.disabled) return attach.ready() ? undefined : say("A file is still on its way");
    send({ op: "send", text: message.value });
    write("");
    log.follow(true);
    return undefined;
  }

  let timer = 0;
  const weigh = () => {
    clearTimeout(timer);
    timer = setTimeout(() => send({ op: "weigh", text: message.value }), 500);
  };
  message.addEventListener("input", () => {
    mnbGrow(message);
    ready();
    weigh();
  });
  message.addEventListener("keydown", (event) => {
    if (!mnbEnter(event)) return;
    event.preventDefault();
    event.stopPropagation();
    submit();
  });

  // -- what stands below ---------------------------------------------------------------------------------------------

  const meter = mnbEl("div", { class: "mnb-meter", role: "meter", "aria-label": "Context", "aria-valuemin": "0", "aria-valuemax": "100" },
    mnbEl("div", { class: "mnb-meter-fill" }));
  const share = mnbEl("span");
  const spent = mnbEl("span", { class: "mnb-chat-spent" });
  const warnings = mnbEl("ul", { class: "mnb-warnings", "aria-label": "Warnings" });
  const foot = mnbEl("div", { class: "mnb-row mnb-chat-foot" }, meter, share, spent, mnbEl("span", { class: "mnb-grow" }), copy.toggle);

  function measure(gauge) {
    if (!gauge) return;
    const percent = gauge.share === null ? null : Math.round(gauge.share * 1000) / 10;
    meter.hidden = percent === null;
    meter.firstChild.style.width = `${Math.max(percent ?? 0, 0.5)}%`;
    meter.classList.toggle("mnb-meter-full", gauge.warnings.length > 0);
    meter.setAttribute("aria-valuenow", String(percent ?? 0));
    meter.setAttribute("aria-valuetext", gauge.text);
    meter.title = share.title = gauge.title;
    share.textContent = gauge.text;
    warnings.replaceChildren(...gauge.warnings.map((text) => mnbEl("li", { text })));
  }

  function around() {
    who.textContent = state.who;
    mnbOptions(chats, state.chats.map((title, at) => [String(at), title]), String(state.chat));
    chats.hidden = state.chats.length < 2;
    spent.textContent = state.spent;
    tell("");
  }

  function busy() {
    const running = state.running !== null;
    for (const one of [fresh, chats]) one.disabled = running;
    told.lastChild.disabled = running;
    if (!running && stop === stop.getRootNode().activeElement) message.focus();
    ready();
    log.busy(state);
  }

  function failed() {
    const failure = state.failure;
    log.fail(failure);
    if (!failure) return;
    if (failure.edited) log.views.get(failure.id)?.edit(failure.prompt);
    else if (!failure.id && !message.value) write(failure.prompt);
    log.follow();
  }

  root.append(head, log.element, log.jump, told, composer, warnings, foot);
  ready();

  const ended = { finished: "Reply finished", stopped: "Reply stopped", failed: "Reply failed" };
  const acts = {
    put: (op) => log.put(op.turn),
    order: () => log.order(state),
    mark: (op) => log.views.get(op.id)?.mark(op.stale),
    running: () => (busy(), log.follow(true), say("Reply begun")),
    idle: (op) => (busy(), say(`${ended[op.how]}, ${mnbNumber(op.length)} characters`)),
    question: (op) => {
      log.views.get(state.running)?.question(op.question);
      say(op.question.title);
    },
    answered: (op) => log.views.forEach((view) => view.answered(op.number)),
    failure: () => (failed(), state.failure && say(state.failure.text)),
    gauge: measure,
    spent: () => (spent.textContent = state.spent),
    around,
    files: () => (attach.state(state.files), ready(), weigh()),
    whole: () => load(),
  };

  function load(now = state) {
    state = now;
    attach.handle({ op: "takes", takes: state.takes });
    attach.state(state.files);
    log.load(state);
    around();
    measure(state.gauge);
    busy();
    failed();
  }

  return {
    load,
    apply(op, now) {
      state = now;
      if (mnbOfReply(op)) log.views.get(op.r)?.reply.apply(op);
      else if (["text", "export"].includes(op.op)) {
        if (op.to !== token || !waiting) return;
        const then = waiting;
        waiting = null;
        then(op);
      } else if (attach.handle(op)) {
        ready();
        if (op.op !== "ack") weigh();
      } else if (acts[op.op]) acts[op.op](op);
    },
    close() {
      clearTimeout(timer);
      log.sizes.disconnect();
    },
  };
}

export default () => mnbPanel({ name: "Chat", reduce: mnbChatReduce, view: mnbChatView });
