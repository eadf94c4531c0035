// A comparison: columns side by side, each with its figures, its reply and its buttons.

const compareFigures = [["first", "First token"], ["speed", "Tokens/s"], ["tokens", "Tokens"], ["price", "Price"]];
const compareBest = { first: "soonest", speed: "fastest", price: "cheapest" };

function reduce(state, op) {
  if (op.op === "board") Object.assign(state, op);
  else if (op.op === "round") state.rounds.push(op.round);
  else if (op.op === "column") {
    const column = state.columns.find((one) => one.c === op.c);
    Object.assign(column, op);
    if (op.r !== undefined) column.reply = mnbEmptyReply(op.r);
  } else if (mnbOfReply(op)) {
    const column = state.columns.find((one) => one.reply.r === op.r);
    if (column) mnbReduceReply(column.reply, op);
  }
}

/** What a reader sees of one column. */
class CompareColumn {
  constructor({ c, title }, send, say, goOn) {
    this.c = c;
    this.say = say;
    const id = `mnb-compare-${Math.random().toString(36).slice(2)}`;
    this.title = mnbEl("div", { class: "mnb-column-title", role: "heading", "aria-level": "3", id });
    this.about = mnbEl("div", { class: "mnb-hint" });
    this.won = mnbEl("span", { class: "mnb-mark", text: "Winner", hidden: true });
    this.figures = {};
    const list = compareFigures.map(([name, label]) => {
      this.figures[name] = mnbEl("span", { class: "mnb-figure" });
      return mnbEl("div", {}, mnbEl("span", { class: "mnb-label", text: label }), " ", this.figures[name]);
    });
    this.holder = mnbEl("div", { class: "mnb-column-reply", tabindex: "0", role: "group" });
    this.complaint = mnbEl("p", { class: "mnb-error", hidden: true, dir: "auto", tabindex: "0" });
    this.ended = mnbEl("span", { class: "mnb-hint" });
    const button = (text, op, options) => mnbButton(text, () => send({ op, c }), options);
    this.pick = mnbButton("Pick as winner", () => send(this.picked ? { op: "pick" } : { op: "pick", c }));
    this.stop = mnbStopButton(() => send({ op: "stop", c }), { label: `Stop ${title}` });
    this.again = button("Regenerate", "again");
    this.goOn = mnbButton("Go on with this chat", goOn);
    for (const one of [this.pick, this.again, this.goOn]) one.setAttribute("aria-describedby", id);
    this.element = mnbEl("section", { class: "mnb-column", "aria-label": title },
      mnbEl("div", { class: "mnb-row mnb-column-head" }, this.title, this.won, mnbEl("span", { class: "mnb-grow" }), this.stop), this.about,
      mnbEl("div", { class: "mnb-figures", role: "group", "aria-label": "Figures" }, ...list), this.complaint, this.holder,
      mnbEl("div", { class: "mnb-row mnb-column-foot" }, this.pick, this.goOn, this.again, this.ended));
  }

  load(column) {
    this.title.textContent = column.title;
    this.holder.setAttribute("aria-label", `Reply of ${column.title}`);
    this.about.textContent = column.about;
    this.begin();
    this.view.load(column.reply);
    this.show(column);
  }

  begin() {
    this.view = new MnbReplyView(this.say);
    this.holder.replaceChildren(this.view.element);
  }

  /** Everything beside the reply. */
  show(column) {
    const said = { ...column, tokens: column.read || column.written ? `${column.read || "?"} in · ${column.written || "0"} out` : "" };
    for (const [name] of compareFigures) {
      const best = column.best.includes(name) ? compareBest[name] : "";
      this.figures[name].replaceChildren(said[name] || "–",
        ...(best ? [" ", mnbEl("span", { class: "mnb-mark", text: best })] : []));
    }
    this.element.setAttribute("aria-busy", String(column.busy));
    this.complaint.textContent = column.complaint;
    this.complaint.hidden = !column.complaint;
    this.holder.hidden = !column.asked || Boolean(column.complaint);
    this.ended.textContent = column.ended === "done" ? "" : column.ended;
    this.stop.hidden = !column.busy;
    this.again.hidden = column.busy || !column.asked;
    this.pick.hidden = !column.asked;
    this.pick.disabled = !column.answered;
  }

  win(winner) {
    this.picked = winner === this.c;
    this.won.hidden = !this.picked;
    this.goOn.hidden = !this.picked;
    this.pick.setAttribute("aria-pressed", String(this.picked));
    this.element.classList.toggle("mnb-won", this.picked);
  }
}

/** A round before this one, folded. */
function compareRound({ prompt, winner, headers, rows, replies }, number, say) {
  const words = prompt.length > 80 ? prompt.slice(0, 79) + "…" : prompt;
  const row = (cells, tag) => mnbEl("tr", {}, ...cells.map((text) => mnbEl(tag, { text, scope: tag === "th" ? "col" : null })));
  const table = mnbEl("table", {}, mnbEl("thead", {}, row(headers, "th")), mnbEl("tbody", {}, ...rows.map((cells) => row(cells, "td"))));
  return mnbEl("details", { class: "mnb-round" },
    mnbEl("summary", { text: `Round ${number} · ${words}${winner ? " · winner " + winner : ""}`, dir: "auto" }),
    mnbEl("div", { class: "mnb-round-table", tabindex: "0", role: "group", "aria-label": `Figures of round ${number}` }, table),
    ...replies.map(({ title, html }) => mnbEl("details", {}, mnbEl("summary", { text: title }), mnbHtml(html, say))));
}

function view({ root, send, say, model }) {
  const from = Math.random().toString(36).slice(2);
  let columns = [];
  const rounds = mnbEl("div", { class: "mnb-rounds" });
  const prompt = mnbEl("div", { class: "mnb-asked", dir: "auto", tabindex: "0", role: "group", "aria-label": "Prompt" });
  const stop = mnbStopButton(() => send({ op: "stop" }), { title: "Stop all columns" });
  const progress = mnbEl("span", { class: "mnb-hint" });
  const head = mnbEl("div", { class: "mnb-row" }, stop, progress);
  const row = mnbEl("div", { class: "mnb-columns", tabindex: "0", role: "group", "aria-label": "Columns" });
  const message = mnbEl("textarea", { rows: "2", dir: "auto" });
  const sending = mnbButton("Send", ask, { kind: "primary", title: "Send to all columns (Enter)" });
  const below = mnbEl("div", { class: "mnb-row mnb-compare-ask" },
    mnbEl("div", { class: "mnb-grow" }, mnbField("Message", message)), sending);
  root.append(rounds, prompt, head, row, below);

  message.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    ask();
  });
  message.addEventListener("input", enable);

  let busy = false;
  function ask() {
    if (busy || !message.value.trim()) return;
    send({ op: "ask", text: message.value });
    message.value = "";
    enable();
  }

  function enable() {
    sending.disabled = busy || !message.value.trim();
  }

  function goOn() {
    send({ op: "go_on", from });
  }

  async function open(code) {
    if (mnbNewCell(model, root, code)) return say("A cell that opens the chat is below");
    const done = await mnbCopy(code);
    progress.textContent = done ? "Copied: paste it into a cell." : code;
    say(done ? "Copied: paste it into a cell" : "Type it into a cell");
  }

  function showBoard(state) {
    const typed = state.prompt || "";
    if (prompt.dataset.typed !== typed + state.media.length) {
      prompt.dataset.typed = typed + state.media.length;
      prompt.replaceChildren(...(typed ? [mnbEl("div", { class: "mnb-asked-text", text: typed })] : []),
        ...[mnbMedia(state.media)].filter(Boolean));
      prompt.hidden = !typed && !state.media.length;
    }
    busy = state.busy;
    stop.hidden = !busy;
    showProgress(state);
    for (const column of columns) column.win(state.winner);
    enable();
  }

  function showProgress(state) {
    const asked = state.columns.filter((one) => one.asked);
    const over = asked.filter((one) => !one.busy);
    const winner = state.columns.find((one) => one.c === state.winner);
    if (winner) progress.textContent = `${winner.title} is the winner: its reply is in the variable ${state.output}.`;
    else if (!asked.length) progress.textContent = `${state.columns.length} columns are ready.`;
    else progress.textContent = over.length < asked.length ? `${over.length} of ${asked.length} have ended.` : "All have ended.";
  }

  const showRound = (round) => rounds.append(compareRound(round, rounds.childElementCount + 1, say));

  return {
    load(state) {
      columns = state.columns.map((one) => new CompareColumn(one, send, say, goOn));
      row.replaceChildren(...columns.map((one) => one.element));
      columns.forEach((column, at) => column.load(state.columns[at]));
      rounds.replaceChildren();
      state.rounds.forEach(showRound);
      showBoard(state);
    },
    apply(op, state) {
      if (op.op === "board") {
        showBoard(state);
        if (op.winner) say(progress.textContent);
        if (op.busy === false) say("All columns have ended");
      } else if (op.op === "round") showRound(op.round);
      else if (op.op === "cell") {
        if (op.to === from) open(op.code);
      } else {
        const at = state.columns.findIndex((one) => (op.op === "column" ? one.c === op.c : one.reply.r === op.r));
        if (at < 0) return;
        if (op.op !== "column") return void columns[at].view.apply(op);
        if (op.r !== undefined) columns[at].begin();
        columns[at].show(state.columns[at]);
        if (op.busy === false) say(`${state.columns[at].title}: ${op.ended}`);
        showProgress(state);
      }
    },
  };
}

export default () => mnbPanel({ name: "Compare", reduce, view });
