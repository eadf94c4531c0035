// Providers and their keys. A typed key leaves its field as bytes beside one message, and is wiped here at once.

/** Tells password managers to leave a field alone; it is none of theirs. */
const MNB_UNMANAGED = { "data-1p-ignore": "true", "data-lpignore": "true", "data-bwignore": "true",
  "data-form-type": "other" };

/** A link that is only followed when somebody clicks it; what is no web address is text. */
function mnbLink(address) {
  if (!/^https?:\/\//.test(address)) return mnbEl("span", { text: address });
  return mnbEl("a", { href: address, target: "_blank", rel: "noopener noreferrer", text: address });
}

/** The host of an address, or the address itself if it has none. */
function mnbHost(address) {
  try {
    return new URL(address).host || address;
  } catch {
    return address;
  }
}

/** A masked field. `take` gives what was typed as bytes and leaves nothing in it. */
function mnbKeyField(label, hint, enter) {
  const input = mnbEl("input", { type: "password", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    "aria-label": label, placeholder: hint, ...MNB_UNMANAGED });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    enter();
  });
  const take = () => {
    const bytes = new TextEncoder().encode(input.value.trim());
    input.value = "";
    return bytes;
  };
  return { input, take };
}

/** One provider: `update(row)` brings it up to date; what is typed meanwhile stays. */
function mnbProviderCard(first, send, say, model) {
  const name = first.name;
  const takesKey = first.keyed || first.optional;
  const title = mnbEl("span", { class: "mnb-title", text: first.title });
  const badge = mnbEl("span", { class: "mnb-badge" });
  const where = mnbEl("p", { class: "mnb-where" });
  const about = mnbEl("p", { class: "mnb-hint" });
  const told = mnbEl("p", { class: "mnb-told", hidden: true });
  const toldCode = mnbEl("code", { class: "mnb-line" });
  const toldRow = mnbEl("div", { class: "mnb-row", hidden: true }, toldCode,
    mnbCopyButton("Copy code", () => toldCode.textContent, say));

  const withKey = (op) => {
    const bytes = key.take();
    send({ op, name }, [bytes.buffer]);
    setTimeout(() => bytes.fill(0), 0);
    key.input.focus();
  };
  const key = mnbKeyField("Key for " + first.title, "Paste a key here", () => withKey(first.keyed ? "store" : "keep"));
  const store = mnbButton("Store key", () => withKey("store"), { kind: "primary",
    title: "Keep it in the system keyring, for this and later sessions" });
  const keep = mnbButton("Use in this session only", () => withKey("keep"),
    { title: "Keep it in the kernel's memory until it ends" });
  const test = mnbButton("Test", () => send({ op: "test", name }),
    { title: "Ask for the list of models; that costs nothing" });
  const forget = mnbButton("Forget key", () => (sure.hidden = false), { kind: "quiet" });
  const sure = mnbEl("div", { class: "mnb-sure mnb-row", role: "group", "aria-label": "Forget the key?", hidden: true },
    mnbEl("span", { text: "Take it out of the keyring for good?" }),
    mnbButton("Forget it", () => {
      sure.hidden = true;
      send({ op: "forget", name });
    }, { kind: "danger" }),
    mnbButton("Keep it", () => {
      sure.hidden = true;
      forget.focus();
    }));
  forget.addEventListener("click", () => sure.querySelector("button").focus());

  const region = mnbEl("select", {});
  region.addEventListener("change", () => send({ op: "region", name, region: region.value }));
  const hasRegions = Object.keys(first.regions).length > 0;

  const code = mnbEl("code", { class: "mnb-line" });
  const use = mnbEl("div", { class: "mnb-row mnb-use", hidden: true }, code,
    mnbCopyButton("Copy code", () => code.dataset.whole, say),
    mnbButton("Into a new cell", () => say(mnbNewCell(model, use, code.dataset.whole)
      ? "Put into a new cell" : "This front end takes no new cell from a panel: copy the code"), { kind: "quiet" }));

  const element = mnbEl("div", { class: "mnb-card", role: "group", "aria-label": first.title },
    mnbEl("div", { class: "mnb-row" }, title, badge, mnbEl("span", { class: "mnb-grow" }), test),
    where, about,
    hasRegions ? mnbEl("div", { class: "mnb-region" }, mnbField("Region", region)) : null,
    takesKey ? mnbEl("div", { class: "mnb-row mnb-typing" }, key.input, first.keyed ? store : null, keep, forget) : null,
    takesKey ? sure : null,
    told, toldRow, use);

  let heard = "";
  function update(row) {
    badge.textContent = row.set ? "key set" : row.keyed ? "no key" : "no key needed";
    badge.className = "mnb-badge " + (row.set ? "mnb-yes" : row.keyed ? "mnb-no" : "mnb-none");
    where.textContent = row.where;
    about.replaceChildren("Speaks " + row.protocols.join(" and ") + ". ",
      ...(row.variables.length ? ["Variable " + row.variables.join(" or ") + ". "] : []),
      ...(row.docs ? [row.keyed ? "Keys and documentation: " : "Documentation: ", mnbLink(row.docs)] : []));
    if (hasRegions && document.activeElement !== region)
      mnbOptions(region, Object.entries(row.regions).map(([id, address]) => [id, id + " · " + mnbHost(address)]), row.region);
    const busy = row.busy !== "";
    for (const button of [store, keep, test, forget, region]) button.disabled = busy;
    forget.hidden = !(row.place === "keyring" || row.place === "this session only" || row.held);
    keep.classList.toggle("mnb-primary", row.held || !row.keyed);
    const text = busy ? row.busy : row.told ? row.told.text : "";
    told.textContent = text;
    told.hidden = text === "";
    told.className = "mnb-told" + (busy || !row.told ? "" : row.told.fine ? " mnb-fine" : " mnb-wrong");
    toldCode.textContent = row.told && row.told.code && !busy ? row.told.code : "";
    toldRow.hidden = toldCode.textContent === "";
    code.textContent = row.code.split("\n").at(-1);
    code.dataset.whole = row.code;
    use.hidden = !(row.set || !row.keyed);
    if (text !== heard && row.told && !busy) say(row.title + ": " + text);
    heard = text;
  }

  return { element, update, close: () => (key.input.value = "") };
}

function mnbConnectView({ root, send, say, model }) {
  const cards = new Map();
  const services = mnbEl("div", { class: "mnb-cards" });
  const others = mnbEl("div", { class: "mnb-cards" });
  const who = mnbEl("strong");
  const why = mnbEl("span", { class: "mnb-hint" });
  root.append(
    mnbEl("div", { class: "mnb-row" }, mnbEl("p", { class: "mnb-answers" }, who, " ", why),
      mnbButton("Look again", () => send({ op: "look" }), { kind: "quiet",
        title: "Look for keys again, after a variable or the file .env was changed" })),
    services,
    mnbEl("details", {}, mnbEl("summary", { text: "Servers on this computer, and the emulator" }), others),
    mnbEl("p", { class: "mnb-hint", text: "A key goes to the kernel once. It is shown nowhere and is in no notebook; "
      + "the keyring is that of the computer and account the kernel runs on, and code run in this kernel can use it." }),
  );

  function show({ rows, answers }) {
    [who.textContent, why.textContent] = answers;
    for (const row of rows) {
      if (!cards.has(row.name)) {
        cards.set(row.name, mnbProviderCard(row, send, say, model));
        (row.keyed ? services : others).append(cards.get(row.name).element);
      }
      cards.get(row.name).update(row);
    }
    for (const [name, card] of cards) {
      if (rows.some((row) => row.name === name)) continue;
      card.element.remove();
      cards.delete(name);
    }
  }

  return {
    load: show,
    apply: (op, state) => op.op === "rows" && show(state),
    close: () => cards.forEach((card) => card.close()),
  };
}

export default () => mnbPanel({
  name: "Providers and keys",
  reduce: (state, op) => op.op === "rows" && Object.assign(state, { rows: op.rows, answers: op.answers }),
  view: mnbConnectView,
});
