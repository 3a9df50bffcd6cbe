// Pieces that several views are made of.

/** Show something anew; who was at a button or a box by keyboard stays there. */
function show(element, ...children) {
  const key = element.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  element.replaceChildren(...children.flat(3).filter(Boolean));
  if (key) element.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

function section(title, note, ...children) {
  return h("section", {}, h("div", { class: "head" }, h("h2", {}, title, note ? h("small", {}, note) : null), children.shift()), children);
}

/** A button that keeps its place by keyboard when all around it is shown anew. */
function does(text, key, work, kind) {
  return button(text, work, { "data-key": `${key}:${text}`, class: kind === undefined ? "small" : kind || null });
}

function avatar(login) {
  const letters = nameOf(login).split(/\s+/).map((part) => part[0]).join("").slice(0, 2).toUpperCase();
  return h("span", { class: "avatar", title: nameOf(login), "aria-hidden": "true" }, letters);
}

function people(logins) {
  return logins.length ? logins.map((login) => h("span", { class: "who-is" }, avatar(login), " ", nameOf(login))) : h("span", {}, "for nobody");
}

function shortDay(moment) {
  return new Date(moment).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

/** Where a link of the bridge leads, here: one of the board's own addresses, or null. */
function here(url) {
  if (!world.addresses) return null;
  const { opentext, planner } = world.addresses;
  const node = url.startsWith(`${opentext}/app/`) && /\/app\/nodes\/(\d+)/.exec(url);
  const process = url.startsWith(`${opentext}/app/`) && /\/app\/processes\/(\d+)/.exec(url);
  const task = url.startsWith(`${planner}/`) && /\/task\/([\w-]+)$/.exec(url);
  return node ? `#node/${node[1]}` : process ? `#workflow/${process[1]}` : task ? `#task/${task[1]}` : null;
}

/** A link as it is written, opened here where it leads here. */
function lead(url, text) {
  const place = here(url);
  return place ? h("a", { href: place, title: url }, text) : outside(url, text) || h("span", {}, text);
}

/** Text in which each address is a link. */
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+)/).map((part, place) => (place % 2 ? lead(part, part) : part));
}

/**
 * Ask for some fields; resolves to their values by name, or to null when it was left.
 * A field: {name, label, kind: text|date|area|select|people|checks, value, options: [[value, text]], optional, hint}.
 */
function fill(title, fields, yes) {
  const dialog = at("form"), made = fields.map((field) => [field, input(field)]);
  const form = h("form", { method: "dialog" }, h("h2", { id: "form-title" }, title),
    made.map(([field, control]) => labelled(field, control)),
    h("div", { class: "actions" }, h("button", { value: "no", formnovalidate: true }, "Leave it"), h("button", { value: "yes", class: "main" }, yes)));
  dialog.replaceChildren(form);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? Object.fromEntries(made.map(([field, control]) => [field.name, valueOf(field, control)])) : null), { once: true }));
}

function labelled(field, control) {
  if (field.kind === "people") return h("fieldset", {}, h("legend", {}, field.label), control);
  control.id = `field-${field.name}`;
  if (field.hint) control.setAttribute("aria-describedby", `${control.id}-hint`);
  return h("div", { class: "field" }, h("label", { for: control.id }, field.label), control, field.hint ? h("small", { class: "soft", id: `${control.id}-hint` }, field.hint) : null);
}

function input(field) {
  const common = { name: field.name, required: !field.optional };
  if (field.kind === "area") return Object.assign(h("textarea", { ...common, rows: 6 }), { value: field.value || "" });
  if (field.kind === "select") return h("select", common, field.options.map(([value, text]) => h("option", { value, selected: value === field.value }, text)));
  if (field.kind === "people") return h("div", { class: "checks" }, planners().map((one) => h("label", {}, h("input", { type: "checkbox", value: one.login, checked: field.value.includes(one.login) }), one.name)));
  return h("input", { ...common, type: field.kind || "text", value: field.value || "", autocomplete: "off" });
}

function valueOf(field, control) {
  if (field.kind === "people") return [...control.querySelectorAll("input:checked")].map((one) => one.value);
  return field.kind === "date" ? control.value || null : control.value;
}

/** Who has an account in Planner: all but OpenText's administrator. */
function planners() {
  return world.people.filter((one) => one.login !== "Admin");
}

function dayAhead(days) {
  return new Date(Date.parse(world.now) + days * DAY * 1000).toISOString().slice(0, 10);
}
