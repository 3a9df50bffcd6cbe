// Pieces that several views are made of.

/** A table that becomes a list where the screen is narrow. Rows are lists of cells; a cell is what it shows, or {n|acts|key: what}. */
function table(columns, rows) {
  const cell = (value, column) => {
    const kind = ["n", "acts", "key"].find((one) => value && Object.hasOwn(value, one));
    return h("td", { class: kind || null, "data-name": kind === "acts" ? null : column || null }, kind ? value[kind] : value);
  };
  const head = columns.map((name, place) => h("th", { class: rows[0]?.[place] && Object.hasOwn(rows[0][place], "n") ? "n" : null, scope: "col" }, name));
  return h("div", { class: "scroll" },
    h("table", { class: "stack" },
      h("thead", {}, h("tr", {}, head)),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((value, place) => cell(value, columns[place])))))));
}

function section(title, note, ...children) {
  return h("section", {}, h("h2", {}, title, note ? h("small", {}, note) : null), children);
}

function originLink(key) {
  return h("a", { href: `#origin/${encodeURIComponent(key)}` }, key);
}

/** More of a list, page after page, at its end. */
function pager(shown, total, after, more) {
  if (!after && shown === total) return null;
  const words = h("span", {}, `${number(shown)} of ${number(total)}`);
  return h("div", { class: "pager" }, words, after ? button("Show more", more) : null);
}

/** One thing that stands in the way: what, since when, what was said last, what heals it, and what can be pressed. */
function trouble({ title, text, facts, heals, passes, buttons }) {
  return h("div", { class: `trouble${passes ? " passes" : ""}` },
    h("div", {},
      h("h3", {}, title),
      text ? h("p", { class: "said-last" }, text) : null,
      h("p", {}, [...facts, heals ? h("span", {}, "what ends it: ", told(heals)) : null].filter(Boolean).flatMap((fact, place) => (place ? [" · ", fact] : [fact])))),
    h("div", { class: "actions" }, buttons));
}

function nextTry(moment, now) {
  return moment ? ["next try ", until(moment, now)] : "looked at when something changes";
}

/**
 * What changes over time. Each of `lines` has a class, and values or spans from one value to another, null where there
 * is none; all share one scale.
 * What it shows is said in words as well.
 */
function plot(points, lines, { most, unit, label }) {
  const width = 300, height = 92, top = Math.max(most, 1);
  const x = (place) => (points.length > 1 ? (place * width) / (points.length - 1) : 0);
  const y = (value) => height - 2 - (value / top) * (height - 8);
  const path = (values) => values.map((value, place) => `${place ? "L" : "M"}${x(place).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  const grid = [0, 0.5, 1].map((share) => s("line", { class: "grid", x1: 0, x2: width, y1: y(share * top), y2: y(share * top) }));
  const spans = (pairs) => pairs.map((pair, place) => (pair ? `M${x(place).toFixed(1)} ${y(pair[0]).toFixed(1)}V${y(pair[1]).toFixed(1)}` : "")).join("");
  const dots = (values) => values.map((value, place) => (value === null ? "" : `M${x(place).toFixed(1)} ${y(value).toFixed(1)}h0.01`)).join("");
  const drawn = lines.map(({ kind, values, spans: pairs, fill }) => pairs ? s("path", { class: kind, d: spans(pairs) }) : [
    fill && values.length ? s("path", { class: "area", d: `M0 ${height - 2}L${values.map((v, place) => `${x(place).toFixed(1)} ${y(v || 0).toFixed(1)}`).join("L")}L${width} ${height - 2}Z` }) : null,
    s("path", { class: kind, d: kind === "dots" ? dots(values) : path(values) }),
  ]);
  return h("div", {},
    h("div", { class: "plot" }, unit ? h("span", { class: "most", "aria-hidden": "true" }, unit) : null,
      s("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": label }, grid, drawn)),
    h("div", { class: "axis", "aria-hidden": "true" }, h("span", {}, points.length ? shortClock(points[0].at) : ""), h("span", {}, points.length ? shortClock(points[Math.floor(points.length / 2)].at) : ""), h("span", {}, "now")));
}

function share(value, most) {
  return h("div", { class: "bar" }, s("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" }, s("rect", { width: most ? (value / most) * 100 : 0, height: 4 })));
}

const CHECK = () => s("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, s("circle", { cx: 12, cy: 12, r: 10 }), s("path", { d: "M7.5 12.4l3 3 6-6.6" }));
