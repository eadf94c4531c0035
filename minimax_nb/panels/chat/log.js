// The turns of a chat, one below the other, in a box of their own that scrolls.

/** The conversation: a row of turns that follows its end for as long as the reader is there. */
class MnbChatLog {
  constructor(tools) {
    this.tools = tools;
    this.views = new Map();
    this.empty = mnbEl("p", { class: "mnb-hint mnb-chat-empty", text: "Nothing was said yet. Write a message below." });
    this.failure = mnbEl("div", { class: "mnb-error mnb-chat-failure", hidden: true });
    this.inner = mnbEl("div", { class: "mnb-chat-inner" }, this.empty);
    this.element = mnbEl("div", { class: "mnb-chat-log", role: "log", "aria-live": "off", "aria-label": "Conversation",
      tabindex: "0" }, this.inner, this.failure);
    this.jump = mnbButton("Jump to the end", () => this.follow(true), { kind: "jump" });
    this.jump.hidden = true;
    this.following = true;
    this.top = 0;
    this.element.addEventListener("scroll", () => this.scrolled());
    this.element.addEventListener("pointerdown", (event) => { // whoever pulls at the box's edge is not held up
      if (event.target === this.element) this.element.style.removeProperty("--mnb-step");
    });
    this.running = false;
    this.sizes = new ResizeObserver(() => {
      mnbGrowInSteps(this.element, this.inner, this.running);
      this.follow();
    });
    this.sizes.observe(this.inner);
    this.sizes.observe(this.element);
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    if (scrollTop + clientHeight > scrollHeight - 24) this.following = true;
    else if (scrollTop < this.top - 1) this.following = false; // only a reader goes up
    this.top = scrollTop;
    this.jump.hidden = this.following;
  }

  follow(now = false) {
    if (now) this.following = true;
    if (this.following) {
      this.element.scrollTop = this.element.scrollHeight;
      this.top = this.element.scrollTop;
    }
    this.jump.hidden = this.following;
  }

  load(state) {
    this.views.clear();
    this.inner.replaceChildren(this.empty);
    for (const item of state.turns) this.put(item);
    this.order(state);
    for (const question of state.questions) this.views.get(state.running)?.question(question);
    this.fail(state.failure);
    this.follow(true);
  }

  put(item) {
    let view = this.views.get(item.id);
    if (!view) {
      view = new MnbTurnView(this.tools);
      this.views.set(item.id, view);
      this.inner.append(view.element);
    }
    view.load(item);
  }

  /** The turns in the kernel's order, numbered; those that are gone go, and a focus that was in them moves on. */
  order(state) {
    const ids = state.turns.map((turn) => turn.id);
    let neighbour = null;
    for (const [id, view] of [...this.views]) {
      if (ids.includes(id)) continue;
      if (view.element.dataset.deleted || view.element.matches(":focus-within")) {
        neighbour = view.element.nextElementSibling ?? view.element.previousElementSibling;
      }
      view.element.remove();
      this.views.delete(id);
    }
    ids.forEach((id, at) => {
      const view = this.views.get(id);
      const place = this.inner.children[at + 1]; // the first child is the remark on an empty conversation
      if (place !== view.element) this.inner.insertBefore(view.element, place ?? null);
    });
    this.empty.hidden = ids.length > 0 || state.failure !== null;
    this.busy(state);
    if (neighbour) this.tools.gone(neighbour.matches(".mnb-turn") ? neighbour : null);
  }

  busy(state) {
    this.running = state.running !== null;
    state.turns.forEach((turn, at) => {
      const view = this.views.get(turn.id);
      view.running = turn.id === state.running;
      view.number(at + 1, state.running !== null);
    });
  }

  fail(failure) {
    this.failure.hidden = !failure;
    this.empty.hidden = this.views.size > 0 || failure !== null;
    if (!failure) return this.failure.replaceChildren();
    const again = mnbButton("Send again", () => this.tools.again(failure));
    this.failure.replaceChildren(mnbEl("p", { text: failure.text, dir: "auto" }), mnbEl("div", { class: "mnb-row" }, again));
    return undefined;
  }
}
