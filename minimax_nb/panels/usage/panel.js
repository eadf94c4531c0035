// What was used: a table, budgets, a drawing made here from a few numbers, a CSV file.

const MNB_COLOURS = ["#3a8fd9", "#e0782f", "#3fa35f", "#b066cc", "#d9536f", "#9a8b2e", "#3aa6a6", "#8c7ae0"];
const MNB_DASHES = ["", "6 3", "2 3", "8 3 2 3"];

const mnbSvg = (tag, properties = {}, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") element.textContent = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

/** What a said amount is worth: "$1,234.5" or "1,234". */
const mnbAmount = (said) => Number(said.replaceAll(/[$,]/g, ""));

/** Round steps for an axis: about `count` from 0 to `most`, the last one not below it if the axis is `open`. */
function mnbTicks(most, count, { whole = false, open = false } = {}) {
  if (!(most > 0)) return [0];
  const power = 10 ** Math.floor(Math.log10(most / count));
  let step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= most / count) || 10 * power;
  if (whole) step = Math.max(1, Math.round(step));
  const steps = open ? Math.ceil(most / step - 1e-9) : Math.floor(most / step + 1e-9);
  return Array.from({ length: steps + 1 }, (_, at) => at * step);
}

function mnbAxisLabel(value, unit) {
  if (unit === "tokens") {
    if (value >= 1e6) return +(value / 1e6).toPrecision(3) + "M";
    return value >= 1e4 ? +(value / 1e3).toPrecision(3) + "k" : mnbNumber(value);
  }
  return "$" + (value === 0 ? "0" : value.toLocaleString("en-US", { maximumSignificantDigits: 3 }));
}

/** The curves as an SVG that is `width` pixels wide. Drawn anew for every width, so that its words stay readable. */
function mnbDrawCurves(plot, width) {
  const height = Math.round(Math.max(150, Math.min(260, width * 0.42)));
  const [left, right, top, bottom] = [58, 14, 10, 34];
  const calls = Math.max(1, plot.calls);
  const highest = Math.max(0, ...plot.curves.map((curve) => mnbAmount(curve.points.at(-1)[1])));
  const levels = highest ? mnbTicks(highest, height < 200 ? 3 : 4, { whole: plot.what === "tokens", open: true }) : [0];
  const most = levels.at(-1) || 1;
  const x = (call) => left + (calls === 1 ? 0.5 : (call - 1) / (calls - 1)) * (width - left - right);
  const y = (amount) => height - bottom - (amount / most) * (height - top - bottom);
  const unit = plot.what === "tokens" ? "tokens so far" : "USD so far";
  const said = plot.curves.map((curve) => curve.name + " " + curve.total).join("; ");
  const svg = mnbSvg("svg", { class: "mnb-drawing", width, height, viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `${unit}, over ${mnbNumber(plot.calls)} replies. ${said}` });

  for (const tick of levels) {
    svg.append(mnbSvg("line", { class: "mnb-grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
      mnbSvg("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end", text: mnbAxisLabel(tick, plot.what) }));
  }
  const numbers = calls === 1 ? [1] : [...new Set([1, ...mnbTicks(calls, width < 420 ? 3 : 6, { whole: true }).slice(1)])]
    .filter((call, at, all) => at === 0 || x(call) - x(1) > 24 || all.length === 1);
  for (const call of numbers)
    svg.append(mnbSvg("text", { x: x(call), y: height - bottom + 16,
      "text-anchor": x(call) > width - right - 20 ? "end" : "middle", text: mnbNumber(call) }));
  svg.append(
    mnbSvg("text", { class: "mnb-axis", x: (left + width - right) / 2, y: height - 3, "text-anchor": "middle", text: "reply" }),
    mnbSvg("line", { class: "mnb-base", x1: left, x2: width - right, y1: y(0), y2: y(0) }));

  plot.curves.forEach((curve, number) => {
    const colour = MNB_COLOURS[number % MNB_COLOURS.length];
    const points = curve.points.map(([call, amount]) => [x(call), y(mnbAmount(amount))]);
    let path = "";
    let before = null;
    for (const [px, py] of points) {
      path += before === null ? `M${px.toFixed(1)} ${py.toFixed(1)}` : `H${px.toFixed(1)}V${py.toFixed(1)}`;
      before = py;
    }
    if (calls > 1) path += `H${x(calls).toFixed(1)}`;
    svg.append(mnbSvg("path", { d: path, fill: "none", stroke: colour, "stroke-width": 2, "stroke-linejoin": "round",
      "stroke-dasharray": MNB_DASHES[number % MNB_DASHES.length] }));
    if (points.length <= 40)
      for (const [px, py] of points) svg.append(mnbSvg("circle", { cx: px, cy: py, r: 3, fill: colour }));
    for (const call of curve.unknown) {
      const until = curve.points.findLast(([at]) => at <= call) || curve.points[0];
      const [px, py] = [x(call), y(mnbAmount(until[1]))];
      svg.append(mnbSvg("path", { d: `M${px - 4} ${py - 4}l8 8m0-8l-8 8`, stroke: colour, "stroke-width": 2 }));
    }
  });
  return svg;
}

function mnbLegend(plot) {
  const items = plot.curves.map((curve, number) => mnbEl("li", {},
    mnbEl("span", { class: "mnb-swatch", style: "background:" + MNB_COLOURS[number % MNB_COLOURS.length], "aria-hidden": "true" }),
    mnbEl("span", { text: curve.name }), " ", mnbEl("strong", { text: curve.total }),
    curve.unknowns ? mnbEl("span", { class: "mnb-faint", text: " × " + mnbNumber(curve.unknowns) + " unknown" }) : null));
  if (plot.more) items.push(mnbEl("li", { class: "mnb-faint", text: "and " + plot.more + " more, not drawn" }));
  return items;
}

/** A table with names on the left and numbers aligned right. */
function mnbTable(caption, headers, names, rows, last) {
  const cells = (tag, values) => values.map((value, at) => mnbEl(at < names && tag === "td" ? "th" : tag, {
    text: value, scope: tag === "th" ? "col" : at < names ? "row" : null, class: at >= names ? "mnb-number" : value.length > 24 ? "mnb-name mnb-long" : "mnb-name" }));
  return mnbEl("table", { class: "mnb-table" },
    mnbEl("caption", { class: "mnb-unseen", text: caption }),
    mnbEl("thead", {}, mnbEl("tr", {}, ...cells("th", headers))),
    mnbEl("tbody", {}, ...rows.map((row) => mnbEl("tr", {}, ...cells("td", row)))),
    last ? mnbEl("tfoot", {}, mnbEl("tr", {}, ...cells("td", last))) : null);
}

/** The same numbers as the drawing's, to be read. */
function mnbPlotTable(plot) {
  const calls = [...new Set(plot.curves.flatMap((curve) => curve.points.map(([call]) => call)))].sort((a, b) => a - b);
  const at = plot.curves.map(() => "0");
  const points = plot.curves.map((curve) => new Map(curve.points));
  const rows = calls.map((call) => {
    points.forEach((curve, number) => (at[number] = curve.get(call) ?? at[number]));
    return [mnbNumber(call), ...at];
  });
  return mnbTable("The plot as a table", ["reply", ...plot.curves.map((curve) => curve.name)], 1, rows);
}

/** One account: its budget to set, and a meter for each limit. */
function mnbBudget(first, send) {
  const id = first.id;
  const whose = first.whose;
  const input = mnbEl("input", { type: "text", autocomplete: "off", spellcheck: "false", "aria-label": "Budget",
    placeholder: "0.50, 20000 tokens, off" });
  const error = mnbEl("p", { class: "mnb-error", role: "alert", hidden: true, id: "mnb-" + Math.random().toString(36).slice(2) });
  const meters = mnbEl("div", { class: "mnb-meters" });
  const note = mnbEl("p", { class: "mnb-hint" });
  const set = () => send({ op: "budget", id, text: input.value });
  const off = mnbButton("Off", () => send({ op: "budget", id, text: "off" }), { kind: "quiet", title: "Take the limit away" });
  input.setAttribute("aria-describedby", error.id);
  input.addEventListener("keydown", (event) => event.key === "Enter" && set());
  let shown = "";
  const element = mnbEl("div", { class: "mnb-account", role: "group", "aria-label": whose },
    mnbEl("div", { class: "mnb-row" }, mnbEl("strong", { class: "mnb-whose", text: whose }),
      mnbEl("label", { class: "mnb-row mnb-grow" }, mnbEl("span", { class: "mnb-label", text: "Budget", "aria-hidden": "true" }), input),
      mnbButton("Set", set, { title: "Set this budget" }), off),
    error, meters, note);

  const meter = (limit) => mnbEl("div", { class: "mnb-limit" },
    mnbEl("div", { class: "mnb-meter" + (limit.gone >= 1 ? " mnb-full" : limit.gone >= 0.8 ? " mnb-near" : ""), role: "meter",
      "aria-label": whose + ": used of " + limit.limit, "aria-valuemin": "0", "aria-valuemax": "100",
      "aria-valuenow": String(Math.round(limit.gone * 100)), "aria-valuetext": spoken(limit) },
      mnbEl("span", { class: "mnb-gone", style: `width:${(limit.gone - limit.kept) * 100}%` }),
      mnbEl("span", { class: "mnb-kept", style: `width:${limit.kept * 100}%` })),
    mnbEl("p", { class: "mnb-hint", text: spoken(limit) }));
  const spoken = (limit) => `${limit.spent} of ${limit.limit} spent` + (limit.held ? `, ${limit.held} held by calls under way` : "")
    + `, ${limit.left} left`;

  return {
    element,
    refuse(text) {
      error.textContent = text;
      error.hidden = false;
      input.setAttribute("aria-invalid", "true");
      input.focus();
    },
    accept(budget) {
      error.hidden = true;
      input.removeAttribute("aria-invalid");
      input.value = shown = budget === "off" ? "" : budget;
    },
    update(row) {
      if (input.value === shown && row.budget !== shown) input.value = shown = row.budget; // what is being typed stays
      off.hidden = row.budget === "";
      meters.replaceChildren(...row.limits.map(meter));
      const parts = row.limits.length ? [] : [`${row.spent} spent, no limit`];
      if (row.calls) parts.push(`${mnbNumber(row.calls)} call${row.calls === 1 ? "" : "s"} under way`);
      if (row.unpriced) parts.push(`${mnbNumber(row.unpriced)} of unknown price not in it`);
      note.textContent = parts.join(" · ");
      note.hidden = parts.length === 0;
    },
  };
}

function mnbUsageView({ root, send, say }) {
  const mine = Math.random().toString(36).slice(2);
  const title = mnbEl("strong", { class: "mnb-heading" });
  const sum = mnbEl("span", { class: "mnb-sum" });
  const groups = mnbEl("fieldset", { class: "mnb-groups" });
  const table = mnbEl("div", { class: "mnb-scroll", tabindex: "0", role: "region", "aria-label": "Table of usage" });
  const remarks = mnbEl("p", { class: "mnb-hint" });
  const budgets = mnbEl("div", { class: "mnb-budgets" });
  const what = mnbEl("select", {});
  mnbOptions(what, [["cost", "price"], ["tokens", "tokens"]], "cost");
  what.addEventListener("change", () => send({ op: "plot", what: what.value }));
  const drawing = mnbEl("div", { class: "mnb-plot" });
  const legend = mnbEl("ul", { class: "mnb-legend" });
  const numbers = mnbEl("div", { class: "mnb-scroll", tabindex: "0", role: "region", "aria-label": "The plot as a table" });
  const asTable = mnbEl("details", {}, mnbEl("summary", { text: "The plot as a table" }), numbers);
  asTable.addEventListener("toggle", () => asTable.open && plot && numbers.replaceChildren(mnbPlotTable(plot)));
  root.append(
    mnbEl("div", { class: "mnb-row" }, title, mnbEl("span", { class: "mnb-grow" }), sum,
      mnbButton("Export CSV", () => send({ op: "csv", for: mine }), { kind: "quiet", title: "One row a reply, for spreadsheets" })),
    groups, table, remarks,
    mnbEl("p", { class: "mnb-heading", text: "Budgets" }), budgets,
    mnbEl("div", { class: "mnb-row mnb-drawn" }, mnbEl("label", { class: "mnb-row" }, mnbEl("span", { class: "mnb-heading", text: "Plot" }), what),
      mnbEl("span", { class: "mnb-hint", text: "summed up over replies" })),
    drawing, legend, asTable);

  let plot = null;
  let width = 0;
  const accounts = new Map();
  const csv = [];

  function draw() {
    if (plot === null || !width) return;
    drawing.replaceChildren(plot.calls ? mnbDrawCurves(plot, width) : mnbEl("p", { class: "mnb-hint", text: "Nothing to draw yet." }));
  }
  const watcher = new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (now === width) return;
    width = now;
    requestAnimationFrame(draw);
  });
  watcher.observe(drawing);

  function group(all) {
    groups.replaceChildren(mnbEl("legend", { class: "mnb-label", text: "Grouped by" }), ...all.map(([name, text]) => {
      const box = mnbEl("input", { type: "checkbox", value: name });
      box.addEventListener("change", () => send({ op: "by", by: [...groups.querySelectorAll("input:checked")].map((one) => one.value) }));
      return mnbEl("label", { class: "mnb-choice" }, box, text);
    }));
  }

  const show = {
    by: (names) => groups.querySelectorAll("input").forEach((box) => (box.checked = names.includes(box.value))),
    table(one) {
      table.replaceChildren(one.rows.length ? mnbTable("Usage", one.headers, one.names, one.rows, one.all)
        : mnbEl("p", { class: "mnb-hint", text: "Nothing was asked yet." }));
      remarks.textContent = one.rows.length ? one.remarks.join(" ") : "";
      sum.textContent = one.rows.length ? `${one.replies} ${one.replies === "1" ? "reply" : "replies"} · ${one.price}` : "";
    },
    budgets(rows) {
      for (const row of rows) {
        if (!accounts.has(row.id)) accounts.set(row.id, mnbBudget(row, send));
        accounts.get(row.id).update(row);
      }
      for (const id of [...accounts.keys()]) if (!rows.some((row) => row.id === id)) accounts.delete(id);
      const wanted = rows.map((row) => accounts.get(row.id).element);
      if (wanted.some((one, at) => one !== budgets.children[at]) || wanted.length !== budgets.children.length)
        budgets.replaceChildren(...wanted);
    },
    plot(one) {
      plot = one;
      if (document.activeElement !== what) what.value = one.what;
      draw();
      legend.replaceChildren(...mnbLegend(one));
      asTable.hidden = one.calls === 0;
      if (asTable.open) numbers.replaceChildren(mnbPlotTable(one));
    },
  };
  const showAll = (parts) => Object.keys(show).forEach((name) => parts[name] !== undefined && show[name](parts[name]));

  function save() {
    const address = URL.createObjectURL(new Blob(csv.splice(0), { type: "text/csv" }));
    const link = mnbEl("a", { href: address, download: "usage.csv" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    say("The CSV file is being saved");
  }

  return {
    load(state) {
      title.textContent = state.title;
      group(state.groups);
      showAll(state);
    },
    apply(op) {
      if (op.op === "show") showAll(op.parts);
      else if (op.op === "refused") accounts.get(op.id)?.refuse(op.text);
      else if (op.op === "set") {
        accounts.get(op.id)?.accept(op.budget);
        say("Budget: " + op.budget);
      } else if (op.op === "csv" && op.for === mine) {
        if (op.last) save();
        else csv.push(op.part);
      }
    },
    close: () => watcher.disconnect(),
  };
}

export default () => mnbPanel({
  name: "Usage",
  reduce: (state, op) => op.op === "show" && Object.assign(state, op.parts),
  view: mnbUsageView,
});
