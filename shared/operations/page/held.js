// What is held, item by item; and origins that can't be looked at.

async function showHeld(fields) {
  const asked = { cause: fields.get("cause") || "", rule: fields.get("rule") || "", plan: fields.get("plan") || "" };
  const first = await read("held", { ...asked, limit: 50 });
  const filters = h("nav", { class: "filters", "aria-label": "Causes" },
    h("a", { href: "#held", "aria-current": asked.cause ? null : "true" }, "All"),
    first.groups.map((one) => h("a", { href: `#held?cause=${one.cause}`, "aria-current": asked.cause === one.cause ? "true" : null }, words(one.cause), h("b", {}, number(one.count)))));
  const group = first.groups.find((one) => one.cause === asked.cause);
  const about = group ? h("p", { class: "about" }, group.sentence, " What ends it: ", told(group.heals), ".") : null;
  const all = button(asked.cause ? "Try all of these now" : "Try all now", () => retry(without(asked), first.total), { class: "main" });
  const list = h("div", {});
  await fill(list, first, (after) => read("held", { ...asked, after, limit: 50 }), heldRows, ["item", "why", "tries", "since", "next try"]);
  return [h("section", {}, h("div", { class: "head" }, h("h2", {}, "Held items", h("small", {}, many(first.total, "item"))), first.total && asked.cause !== "brake" ? all : null), filters, about, list)];
}

function without(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
}

/** Show a list page after page. */
async function fill(list, page, next, rowsOf, columns) {
  const rows = rowsOf(page), total = page.total;
  const show = () => list.replaceChildren(rows.length ? table(columns, rows) : h("p", { class: "empty" }, "Nothing."), pager(rows.length, total, page.after, more) || "");
  const more = async () => {
    page = await next(page.after);
    rows.push(...rowsOf(page));
    show();
  };
  show();
}

function heldRows(page) {
  return page.items.map((one) => [
    h("div", {}, originLink(one.origin), h("small", {}, one.item)), h("div", {}, one.reason || words(one.cause), h("small", {}, words(one.cause))),
    { n: number(one.tries) }, one.since ? since(one.since, page.now) : "", one.next_try ? until(one.next_try, page.now) : "",
  ]);
}

async function showFailing() {
  const first = await read("troubles", { where: "origin", limit: 50 });
  const list = h("div", {});
  await fill(list, first, (after) => read("troubles", { where: "origin", after, limit: 50 }), failingRows, ["origin", "why", "tries", "for", "next try"]);
  return [section("Origins that can't be looked at", many(first.total, "origin"), list)];
}

function failingRows(page) {
  return page.troubles.map((one) => [originLink(one.subject), h("div", {}, one.text || one.sentence, h("small", {}, one.sentence)), { n: number(one.tries) }, since(one.since, page.now), until(one.next_try, page.now) || ""]);
}
