// A reply as it grows: the same operations on the state of a store and on what a reader sees. See sheet.py.

const mnbSection = () => ({ thinking: "", blocks: [], tail: "", draft: "", runs: [], calls: [] });

/** A reply of which nothing has come yet. */
const mnbEmptyReply = (r) => ({ r, sections: [], status: "", end: null });

/** Whether an operation is one on a reply. */
const mnbOfReply = (op) => op.r !== undefined &&
  ["section", "think", "text", "block", "wipe", "draft", "calls", "run", "status", "end"].includes(op.op);

/** Bring a reply's state up to date. Text that grows is kept in pieces, and joined when somebody reads it. */
function mnbReduceReply(reply, op) {
  if (op.op === "status") return void (reply.status = op.text);
  if (op.op === "end") return void (reply.end = op);
  if (op.op === "section") return void reply.sections.push(mnbSection());
  const section = reply.sections[op.s];
  if (op.op === "think") section.thinking = mnbAdd(section.thinking, op.add);
  else if (op.op === "text") section.tail = mnbAdd(section.tail, op.add);
  else if (op.op === "block") (section.blocks.push(op.html), (section.tail = op.tail));
  else if (op.op === "wipe") Object.assign(section, mnbSection());
  else if (op.op === "draft") section.draft = op.html;
  else if (op.op === "calls") section.calls = op.calls;
  else if (op.op === "run") section.runs.push(op.run);
}

const mnbAdd = (held, more) => (Array.isArray(held) ? (held.push(more), held) : [held, more]);
const mnbJoined = (held) => (Array.isArray(held) ? held.join("") : held);

/** HTML that the kernel made, as an element. Copy buttons in it work. */
function mnbHtml(html, say) {
  const holder = mnbEl("div", { class: "mnb-block" });
  holder.innerHTML = html;
  for (const code of holder.querySelectorAll(".mnb-code")) {
    code.querySelector(".mnb-copy")?.remove();
    const head = code.querySelector(".mnb-code-head") || code;
    const source = code.querySelector("pre");
    const button = mnbCopyButton("Copy code", () => source.textContent, say);
    button.classList.add("mnb-copy");
    head.append(button);
  }
  return holder;
}

/** Text that grows, in elements of a few thousand letters: a page lays out again only the last one. */
class MnbText {
  static MOST = 4000;

  constructor(element) {
    this.element = element;
    this.last = null;
  }

  add(text) {
    for (let at = 0; at < text.length; ) {
      if (this.last === null || this.last.data.length >= MnbText.MOST) {
        const chunk = mnbEl("span", { class: "mnb-chunk" });
        this.last = document.createTextNode("");
        chunk.append(this.last);
        this.element.append(chunk);
      }
      let end = Math.min(text.length, at + MnbText.MOST - this.last.data.length);
      const line = text.lastIndexOf("\n", end - 1);
      if (end < text.length && line >= at) end = line + 1; // a chunk is a block: better that it ends where a line does
      this.last.appendData(text.slice(at, end));
      if (end < text.length) this.last = null;
      at = end;
    }
  }

  set(text) {
    this.element.replaceChildren();
    this.last = null;
    this.add(text);
  }
}

/** What a reader sees of one section. */
class MnbSectionView {
  constructor(say) {
    this.say = say;
    this.letters = 0;
    this.chosen = false; // whether the reader opened or closed the thinking
    this.summary = mnbEl("summary", { text: "Thinking" });
    this.thought = new MnbText(mnbEl("div", { class: "mnb-thinking-text", dir: "auto", tabindex: "0" }));
    this.thinking = mnbEl("details", { class: "mnb-thinking", hidden: true }, this.summary, this.thought.element);
    this.summary.addEventListener("click", () => (this.chosen = true));
    this.blocks = mnbEl("div", { class: "mnb-blocks" });
    this.tail = new MnbText(mnbEl("div", { class: "mnb-tail", dir: "auto" }));
    this.draft = mnbEl("div", { class: "mnb-draft" });
    this.runs = mnbEl("div", { class: "mnb-runs" });
    this.calls = mnbEl("ul", { class: "mnb-calls" });
    this.element = mnbEl("div", { class: "mnb-section" }, this.thinking, this.blocks, this.tail.element, this.draft,
      this.runs, this.calls);
  }

  load(section) {
    this.think(mnbJoined(section.thinking));
    for (const html of section.blocks) this.block(html);
    this.text(mnbJoined(section.tail));
    this.draw(section.draft);
    for (const run of section.runs) this.run(run);
    this.underWay(section.calls);
  }

  think(text) {
    if (!text) return;
    this.thinking.hidden = false;
    if (!this.chosen && !this.written) this.thinking.open = true;
    this.letters += text.length;
    this.summary.textContent = `Thinking · ${mnbNumber(this.letters)} characters`;
    const box = this.thought.element;
    const below = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    this.thought.add(text);
    if (below) box.scrollTop = box.scrollHeight;
  }

  begun() {
    if (!this.written && !this.chosen) this.thinking.open = false; // the answer begins: the thinking folds, once
    this.written = true;
  }

  text(text) {
    if (!text) return;
    this.begun();
    this.tail.add(text);
    this.asCode();
  }

  block(html, tail = "") {
    this.begun();
    if (html) this.blocks.append(mnbHtml(html, this.say));
    this.tail.set(tail);
    this.asCode();
  }

  asCode() {
    const first = this.tail.element.firstChild;
    this.tail.element.classList.toggle("mnb-tail-code", first !== null && /^\s*(```|~~~)/.test(first.textContent));
  }

  draw(html) {
    if (html) this.begun();
    this.draft.replaceChildren(...(html ? [mnbHtml(html, this.say)] : []));
  }

  run(run) {
    const ended = [run.outcome === "done" ? "" : run.outcome, run.seconds].filter(Boolean).join(" · ");
    const element = mnbEl("details", { class: "mnb-run", open: run.outcome !== "done" },
      mnbEl("summary", { text: `Tool · ${run.call.slice(0, 160)}${ended ? " · " + ended : ""}`, dir: "auto" }),
      mnbEl("pre", { text: run.result, tabindex: "0", dir: "auto" }), mnbMedia(run.media));
    if (run.call.length > 160) element.children[0].after(mnbEl("pre", { text: run.call, tabindex: "0" }));
    if (run.printed.trim()) element.append(mnbEl("p", { text: "It printed:" }), mnbEl("pre", { text: run.printed, tabindex: "0" }));
    if (run.traceback.trim()) {
      element.append(mnbEl("p", { text: "Where it failed:" }), mnbEl("pre", { text: run.traceback, tabindex: "0" }));
    }
    this.runs.append(element);
  }

  underWay(calls) {
    this.calls.replaceChildren(...calls.slice(0, 8).map((call) => mnbEl("li", { text: `Tool · ${call.slice(0, 160)} …` })));
    if (calls.length > 8) this.calls.append(mnbEl("li", { text: `and ${mnbNumber(calls.length - 8)} more …` }));
  }
}

/** Pictures and videos that were sent: small previews, a line each. */
function mnbMedia(media) {
  if (!media || !media.length) return null;
  const items = media.map(({ kind, preview, line }) => mnbEl("li", {},
    preview.startsWith("data:image/") ? mnbEl("img", { src: preview, alt: kind }) : null, mnbEl("span", { text: line })));
  return mnbEl("ul", { class: "mnb-media" }, ...items);
}

/** What a reader sees of a reply: load(state) draws it from nothing, apply(op) goes on. */
class MnbReplyView {
  constructor(say) {
    this.say = say;
    this.status = mnbEl("p", { class: "mnb-status", hidden: true });
    this.sections = [];
    this.body = mnbEl("div", { class: "mnb-reply-body" });
    this.foot = mnbEl("div", { class: "mnb-reply-foot" });
    this.element = mnbEl("div", { class: "mnb-reply", "aria-busy": "true" }, this.body, this.status, this.foot);
  }

  load(reply) {
    this.body.replaceChildren();
    this.foot.replaceChildren();
    this.sections = [];
    for (const section of reply.sections) this.section().load(section);
    this.wait(reply.status);
    this.element.setAttribute("aria-busy", "true");
    if (reply.end) this.end(reply.end);
  }

  section() {
    const view = new MnbSectionView(this.say);
    this.sections.push(view);
    this.body.append(view.element);
    return view;
  }

  apply(op) {
    if (op.op === "section") return void this.section();
    if (op.op === "status") return this.wait(op.text);
    if (op.op === "end") return this.end(op);
    let view = this.sections[op.s];
    if (op.op === "wipe") {
      view = new MnbSectionView(this.say);
      this.sections[op.s].element.replaceWith(view.element);
      this.sections[op.s] = view;
    } else if (op.op === "think") view.think(op.add);
    else if (op.op === "text") view.text(op.add);
    else if (op.op === "block") view.block(op.html, op.tail);
    else if (op.op === "draft") view.draw(op.html);
    else if (op.op === "run") view.run(op.run);
    else if (op.op === "calls") view.underWay(op.calls);
  }

  wait(text) {
    this.status.textContent = text;
    this.status.hidden = !text;
  }

  end({ receipt, notes, partial }) {
    this.wait("");
    this.element.setAttribute("aria-busy", "false");
    this.element.classList.toggle("mnb-partial", partial);
    this.foot.replaceChildren(...notes.map((note) => mnbEl("p", { class: "mnb-note", text: note, dir: "auto" })),
      mnbEl("p", { class: "mnb-receipt", text: receipt }));
  }
}

/** A tool's question: what it would do, and the buttons Approve, Deny, Always allow. */
function mnbQuestion({ number, title, details }, send) {
  const answers = [["yes", "Approve"], ["no", "Deny"], ["always", "Always allow"]];
  const buttons = answers.map(([answer, text]) => mnbButton(text, () => {
    for (const one of buttons) one.disabled = true;
    send({ op: "answer", number, answer });
  }));
  return mnbEl("div", { class: "mnb-question", role: "group", "aria-label": title },
    mnbEl("p", { text: title }), mnbEl("pre", { text: details, tabindex: "0" }), mnbEl("div", { class: "mnb-row" }, ...buttons));
}
