// Files for a prompt: picked, dropped or pasted, sent to the kernel in slices, shown with a preview.
//
// To the kernel go {op: "file", id, name, type, size}, {op: "slice", id, at} with one buffer, {op: "unattach", id}.
// From it come {op: "ack", id, next}, {op: "attached", id, kind, name, preview, caption}, {op: "refused", id, why},
// {op: "unattached", id} and {op: "takes", takes}. Each slice waits for the answer to the one before.
//
//   element, button     the list of files, and what opens the chooser
//   dropZone(zone)      let files be dropped and pasted there
//   take(files)         attach them
//   handle(op)          an operation of the kernel; whether it was one of these
//   state(list)         what the kernel has, after a reload or when messages were lost: everything is brought in line
//   ready()             whether a prompt can go: nothing is on its way, from here or from elsewhere
//   clear()             empty the list; the kernel has forgotten the files by itself
function mnbAttach({ send, announce, takes }) {
  const AT_ONCE = 2; // files whose slices are on their way at the same time
  const TOGETHER = 32; // files taken out of one bunch
  const PATIENCE_MS = 15000;
  const PREVIEW = /^data:image\/(jpeg|png|webp);base64,[A-Za-z0-9+/]+=*$/;
  const UNDER_WAY = new Set(["announced", "ready", "sending", "checking"]);
  const rows = []; // in the order in which they were attached
  const page = Math.random().toString(36).slice(2, 10);
  let numbered = 0;

  // -- elements -------------------------------------------------------------------------------------------------------

  const make = (tag, className, text = "") => {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  };
  const element = make("div", "mnb-attach");
  const list = make("ul", "mnb-attach-list");
  list.setAttribute("role", "list"); // some browsers forget it for a list without bullets
  list.setAttribute("aria-label", "Attachments");
  const input = make("input", "mnb-attach-input");
  Object.assign(input, { type: "file", multiple: true, hidden: true, tabIndex: -1 });
  input.setAttribute("aria-hidden", "true");
  const button = make("button", "mnb-button mnb-attach-button", "Attach file");
  button.type = "button";
  element.append(list, input);

  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take(input.files);
    input.value = ""; // so that the same file can be chosen again
  });

  function setTakes(wanted) {
    takes = wanted;
    const endings = takes.kinds.flatMap((kind) => [`${kind}/*`, ...(takes.suffixes?.[kind] ?? [])]);
    input.accept = endings.join(",");
    button.disabled = !takes.kinds.length;
    button.title = takes.kinds.length ? "" : (takes.instead?.image ?? "");
  }

  // -- what is taken --------------------------------------------------------------------------------------------------

  const said = (bytes) =>
    bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

  function kindOf(file) {
    const type = file.type.split("/")[0];
    if (type === "image" || type === "video") return type;
    const ending = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
    return ["image", "video"].find((kind) => takes.suffixes?.[kind]?.includes(ending)) ?? "";
  }

  function refusal(file, kind) {
    const word = kind === "video" ? "video" : "picture";
    const waiting = rows.filter((row) => row.state !== "refused").length;
    if (!kind) return "This is neither a picture nor a video.";
    if (!takes.kinds.includes(kind)) return takes.instead?.[kind] ?? `A ${word} is not taken here.`;
    if (!file.size) return "This is empty: it has 0 bytes.";
    const most = takes[`${kind}_bytes`];
    if (file.size > most) return `This has ${said(file.size)}, and a ${word} may have ${said(most)} here.`;
    if (waiting >= takes.count) return `No more than ${takes.count} files can wait for a prompt.`;
    return "";
  }

  function unused(name, kind) {
    const plain = name || (kind === "video" ? "video" : "picture");
    const taken = new Set(rows.map((row) => row.name));
    const dot = plain.lastIndexOf(".") > 0 ? plain.lastIndexOf(".") : plain.length;
    let free = plain;
    for (let n = 2; taken.has(free); n++) free = `${plain.slice(0, dot)} (${n})${plain.slice(dot)}`;
    return free;
  }

  function take(files) {
    for (const file of [...files].slice(0, TOGETHER)) {
      const kind = kindOf(file);
      const why = refusal(file, kind);
      const row = newRow({ id: `${page}-${++numbered}`, name: unused(file.name, kind), kind, size: file.size, file });
      if (why) refuse(row, why);
      else begin(row);
    }
    const more = files.length - TOGETHER;
    if (more > 0) {
      const row = newRow({ id: `${page}-${++numbered}`, name: `${more} more`, kind: "", size: 0 });
      refuse(row, `No more than ${takes.count} files can wait for a prompt.`);
    }
  }

  // -- one file -------------------------------------------------------------------------------------------------------

  function newRow(known) {
    const row = { next: 0, asked: null, state: "announced", timer: 0, late: false, ...known };
    row.li = make("li", "mnb-attach-item");
    row.preview = make("div", "mnb-attach-preview");
    row.label = make("div", "mnb-attach-name", row.name);
    row.label.title = row.name;
    row.status = make("div", "mnb-attach-status");
    row.bar = make("progress", "mnb-attach-progress");
    row.bar.max = row.size || 1;
    row.remove = make("button", "mnb-attach-remove", "×");
    row.remove.type = "button";
    row.remove.addEventListener("click", () => remove(row));
    const text = make("div", "mnb-attach-text");
    text.append(row.label, row.status, row.bar);
    row.li.append(row.preview, text, row.remove);
    rows.push(row);
    list.append(row.li);
    draw(row);
    return row;
  }

  function draw(row) {
    const share = `${said(row.next)} of ${said(row.size)}`;
    const words = {
      announced: "Uploading",
      ready: `Waiting for its turn, ${said(row.size)}`,
      sending: `Uploading, ${share}`,
      checking: "Checking",
      attached: row.caption,
      refused: row.why,
      elsewhere: "Not whole yet. If no other page is uploading it, remove it and attach it again.",
    };
    row.li.dataset.state = row.state;
    row.label.textContent = row.label.title = row.name;
    row.status.textContent = row.late ? `Waiting for the kernel (${share})` : words[row.state];
    row.remove.setAttribute("aria-label", `Remove ${row.name}`);
    row.remove.title = `Remove ${row.name}`;
    row.bar.hidden = !UNDER_WAY.has(row.state);
    row.bar.setAttribute("aria-label", `Uploading ${row.name}`);
    if (row.state === "checking") row.bar.removeAttribute("value");
    else row.bar.value = row.next;
  }

  function drawPreview(row, uri) {
    if (PREVIEW.test(uri)) {
      const image = make("img", "mnb-attach-image");
      image.alt = `Preview of ${row.name}`;
      image.src = uri;
      row.preview.replaceChildren(image);
    } else {
      row.preview.replaceChildren(make("span", "mnb-attach-icon", row.kind === "video" ? "video" : "picture"));
    }
  }

  function become(row, state, changes = {}) {
    clearTimeout(row.timer);
    Object.assign(row, changes, { state, late: false });
    draw(row);
  }

  function expect(row) {
    clearTimeout(row.timer);
    row.timer = setTimeout(() => {
      row.late = true; // a cell is running: no fault, the answer comes when it has ended
      draw(row);
      announce(`${row.name}: waiting for the kernel`);
    }, PATIENCE_MS);
  }

  function begin(row) {
    become(row, "announced", { next: 0, asked: null });
    send({ op: "file", id: row.id, name: row.name, type: row.file.type, size: row.size });
    expect(row);
  }

  function refuse(row, why) {
    become(row, "refused", { why, file: null });
    announce(`${row.name} is not attached. ${why}`);
    pump();
  }

  function attach(row, op) {
    const before = row.state;
    become(row, "attached", { name: op.name, kind: op.kind, caption: op.caption, file: null });
    drawPreview(row, op.preview);
    if (UNDER_WAY.has(before)) announce(`${row.name} is attached. ${row.caption}`);
    pump();
  }

  function forget(row) {
    clearTimeout(row.timer);
    const at = rows.indexOf(row);
    const focused = row.li.contains(document.activeElement) || row.li.getRootNode().activeElement === row.remove;
    rows.splice(at, 1);
    row.state = "gone";
    row.li.remove();
    if (focused) (rows[at] ?? rows[at - 1] ?? { remove: button }).remove.focus();
    pump();
  }

  function remove(row) {
    if (row.state !== "refused") send({ op: "unattach", id: row.id });
    forget(row);
    announce(`${row.name} is removed`);
  }

  // -- slices ---------------------------------------------------------------------------------------------------------

  function pump() {
    let busy = rows.filter((row) => row.state === "sending").length;
    for (const row of rows) {
      if (busy < AT_ONCE && row.state === "ready") {
        busy++;
        become(row, "sending");
        sendSlice(row);
      }
    }
  }

  async function sendSlice(row) {
    const at = (row.asked = row.next);
    let bytes = null;
    try {
      bytes = await row.file.slice(at, at + (takes.slice ?? 4000000)).arrayBuffer();
    } catch {
      bytes = new ArrayBuffer(0);
    }
    if (row.state !== "sending" || row.asked !== at) return; // removed, or begun anew, meanwhile
    if (!bytes.byteLength) {
      send({ op: "unattach", id: row.id });
      refuse(row, "This cannot be read any more. Was it moved or changed?");
      return;
    }
    send({ op: "slice", id: row.id, at }, [bytes]);
    expect(row);
  }

  function goOn(row, next) {
    if (!row.file || !UNDER_WAY.has(row.state)) return;
    if (row.state === "sending" && next === row.asked) return; // an old answer: that slice is on its way
    row.next = next;
    if (next >= row.size) {
      become(row, "checking");
      expect(row);
      pump();
    } else if (row.state === "sending") {
      become(row, "sending");
      sendSlice(row);
    } else {
      become(row, "ready");
      pump();
    }
  }

  function handle(op) {
    const row = rows.find((one) => one.id === op.id);
    if (op.op === "takes") setTakes(op.takes);
    else if (op.op === "ack") row && goOn(row, op.next);
    else if (op.op === "attached") attach(row ?? newRow({ id: op.id, name: op.name, kind: op.kind, size: 0, state: "elsewhere" }), op);
    else if (op.op === "refused") row && row.state !== "refused" && refuse(row, op.why);
    else if (op.op === "unattached") row && row.state !== "refused" && forget(row);
    else return false;
    return true;
  }

  // What the kernel has, after a reload or when the connection was away.
  function state(items) {
    const known = new Map(items.map((item) => [item.id, item]));
    for (const row of [...rows]) {
      if (known.has(row.id) || row.state === "refused") continue;
      if (row.file) begin(row);
      else forget(row);
    }
    for (const item of items) {
      const row = rows.find((one) => one.id === item.id) ?? newRow({ ...item, state: "elsewhere" });
      if (item.done) attach(row, item);
      else if (row.file) {
        become(row, "announced", { asked: null });
        goOn(row, item.next);
      }
    }
  }

  // -- dropping and pasting -------------------------------------------------------------------------------------------

  function dropZone(zone) {
    const entered = new Set(); // elements under the pointer: entering a child comes before leaving its parent
    const sign = make("div", "mnb-attach-here", "Drop pictures and videos here");
    sign.setAttribute("aria-hidden", "true");
    const show = () => {
      for (const one of entered) if (!zone.contains(one)) entered.delete(one); // it went while files hung above it
      zone.classList.toggle("mnb-attach-over", entered.size > 0);
      if (entered.size) zone.append(sign);
      else sign.remove();
    };
    const withFiles = (act) => (event) => {
      if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return; // text is dragged: none of our business
      event.preventDefault();
      event.stopPropagation();
      act(event);
      show();
    };
    zone.classList.add("mnb-attach-zone");
    zone.addEventListener("dragenter", withFiles((event) => entered.add(event.target)));
    zone.addEventListener("dragleave", withFiles((event) => entered.delete(event.target)));
    zone.addEventListener("dragover", withFiles((event) => (event.dataTransfer.dropEffect = "copy")));
    zone.addEventListener(
      "drop",
      withFiles((event) => {
        entered.clear();
        take(event.dataTransfer.files);
      }),
    );
    zone.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length || !onlyNames(event.clipboardData.getData("text/plain"), files)) return;
      event.preventDefault();
      event.stopPropagation();
      take(files);
    });
  }

  // Spreadsheets and word processors put a picture beside the text they copy: then the text is meant. A file manager
  // puts the files' names beside the files.
  function onlyNames(text, files) {
    const lines = text.split(/[\r\n]+/).filter((line) => line.trim());
    return lines.every((line) => files.some((file) => line === file.name || line.endsWith(`/${file.name}`)));
  }

  setTakes(takes);
  return {
    element,
    button,
    dropZone,
    take,
    handle,
    state,
    ready: () => rows.every((row) => row.state === "attached" || row.state === "refused"),
    clear: () => [...rows].forEach(forget),
  };
}
