// One turn of a chat as a reader sees it: the prompt, the reply, the buttons under it; the prompt as a text box while it
// is edited.

class MnbTurnView {
  /** `ask` sends to the kernel; `act` hears of Copy, of a question's answer, of an edit that begins or ends. */
  constructor({ send, say, copy, focus }) {
    Object.assign(this, { send, say, copy, focus });
    this.head = mnbEl("h3", { class: "mnb-turn-head", text: "You" });
    this.stale = mnbEl("span", { class: "mnb-stale", text: "Stale", hidden: true,
      title: "A turn before this one was answered anew since. Regenerate renews it." });
    this.head.append(this.stale);
    this.prompt = mnbEl("div", { class: "mnb-prompt", dir: "auto" });
    this.media = mnbEl("div", { class: "mnb-prompt-media" });
    this.reply = new MnbReplyView(say);
    this.questions = mnbEl("div", { class: "mnb-questions" });
    this.failure = mnbEl("div", { class: "mnb-failure", hidden: true });
    this.buttons = {};
    const acts = [
      ["Regenerate", () => this.leave("regenerate")],
      ["Edit", () => this.edit()],
      ["Copy", () => this.copy(this.id, this.buttons.Copy)],
      ["Branch", () => send({ op: "branch", id: this.id })],
      ["Delete", () => this.remove()],
    ];
    for (const [name, act] of acts) this.buttons[name] = mnbButton(name, act, { kind: "quiet" });
    this.tools = mnbEl("div", { class: "mnb-row mnb-turn-tools" }, ...Object.values(this.buttons));
    this.element = mnbEl("article", { class: "mnb-turn", tabindex: "-1" }, this.head, this.prompt, this.media,
      this.reply.element, this.questions, this.failure, this.tools);
    this.editing = null;
  }

  load(item) {
    this.id = item.id;
    this.text = item.prompt;
    this.stopEditing();
    this.prompt.textContent = item.prompt;
    this.prompt.hidden = !item.prompt;
    this.media.replaceChildren(...[mnbMedia(item.media)].filter(Boolean));
    this.mark(item.stale);
    this.reply.load(item.reply);
    this.questions.replaceChildren();
  }

  number(number, busy) {
    this.element.setAttribute("aria-label", `Turn ${number}`);
    this.tools.hidden = this.running;
    for (const [name, button] of Object.entries(this.buttons)) button.disabled = busy && name !== "Copy";
  }

  mark(stale) {
    this.stale.hidden = !stale;
    this.element.classList.toggle("mnb-is-stale", stale);
  }

  /** A question of a tool that waits for a yes. */
  question(question) {
    const element = mnbQuestion(question, this.send);
    element.dataset.number = question.number;
    this.questions.append(element);
  }

  answered(number) {
    const element = this.questions.querySelector(`[data-number="${Number(number)}"]`);
    const focused = element && element.matches(":focus-within");
    element?.remove();
    if (focused) this.focus();
  }

  leave(op) {
    this.send({ op, id: this.id });
    this.focus();
  }

  remove() {
    this.element.dataset.deleted = "true"; // where the focus goes is settled when it is gone
    this.send({ op: "delete", id: this.id });
  }

  // -- editing -------------------------------------------------------------------------------------------------------

  edit(text = this.text) {
    if (this.editing) return;
    const area = mnbEl("textarea", { class: "mnb-edit", "aria-label": "Edit message", dir: "auto", rows: "2" });
    area.value = text;
    const resend = mnbButton("Resend", () => this.resend(area.value), { kind: "primary" });
    const cancel = mnbButton("Cancel", () => this.cancel());
    this.editing = mnbEl("div", { class: "mnb-editing" }, area, mnbEl("div", { class: "mnb-row" }, resend, cancel));
    area.addEventListener("input", () => mnbGrow(area));
    this.editing.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        this.cancel();
      } else if (event.target === area && mnbEnter(event)) {
        event.preventDefault();
        this.resend(area.value);
      }
    });
    this.prompt.hidden = true;
    this.prompt.after(this.editing);
    this.element.classList.add("mnb-is-edited");
    mnbGrow(area);
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }

  resend(text) {
    if (!text.trim() && !this.media.childElementCount) return;
    this.send({ op: "resend", id: this.id, text });
    this.focus();
  }

  cancel() {
    this.stopEditing();
    this.buttons.Edit.focus();
  }

  stopEditing() {
    this.editing?.remove();
    this.editing = null;
    this.prompt.hidden = !this.text;
    this.element.classList.remove("mnb-is-edited");
  }
}

/** Whether a key sends: Enter alone, and not the one that ends the writing of a word in Chinese, Japanese or Korean. */
function mnbEnter(event) {
  return event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey &&
    !event.isComposing && event.keyCode !== 229;
}

/** A text box as high as its text, up to a limit that the style sets. */
function mnbGrow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}
