// One origin's life: where it stands, what it waits for, and what happened to it.

const REASONS = { resync: "a look at everything, in its turn", retry: "what was held or failed is tried again", threshold: "time alone changes what is wanted", settle: "a write's lost answer can be looked for", gate: "a system's pause ends", dead: "it failed for good, and is tried again" };

async function showOrigin(name) {
  const life = await read("origin", { key: name, limit: 50 });
  const again = button("Look again", async () => (await act("look", { origin: life.origin })) && refresh(), { class: "main" });
  const evidence = life.entries ? button("Evidence", () => save("evidence", { key: life.origin }, `planner-evidence-${life.origin}.json`)) : null;
  const head = h("section", {},
    h("div", { class: "head" }, h("h2", {}, life.origin, h("small", {}, life.name)), h("div", { class: "actions" }, outside(life.url, "Open in OpenText", "button"), evidence, again)),
    facts(life), life.trouble ? looksFail(life) : null, h("div", { id: "why" }));
  return [head, h("div", { class: "two" }, told50(life), items(life))];
}

function facts(life) {
  if (!life.is_known) return h("p", { class: "empty" }, "The bridge never looked at it. “Look again” has it looked at for the first time.");
  const next = life.next_looks[0];
  const pairs = [
    ["Now", life.in_hand ? "a worker is at it" : "at rest"],
    ["Next look", next ? [until(next.at, life.now), ` · ${REASONS[next.waited_for] || words(next.waited_for)}`] : "when a hint or a change announces something"],
    ["Ask now", h("span", { class: "actions" }, button("What each rule says", () => explain(life.origin), { class: "small" }), " ", button("Where both systems differ", () => compare(life.origin), { class: "small" }))],
  ];
  return h("dl", { class: "pairs" }, pairs.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

function looksFail(life) {
  const one = life.trouble;
  return h("div", { class: "note" }, h("p", {}, h("b", {}, `Its looks fail: ${lower(one.sentence)}`)), h("p", {}, one.text),
    h("p", {}, "for ", since(one.since, life.now), ` · ${many(one.tries, "try").replace("trys", "tries")} · next `, until(one.next_try, life.now), " · what ends it: ", told(one.heals)));
}

async function explain(name) {
  try {
    const why = await read("why", { key: name });
    const yes = { true: "yes", false: "no", null: "not known" };
    const rows = why.rules.flatMap((rule) => [
      [h("b", {}, rule.rule, rule.about ? ` · ${rule.about}` : ""), h("span", {}, yes[rule.holds]), rule.why],
      ...rule.conditions.map((one) => [one.asked, yes[one.holds], one.read || one.why || one.parts.map((part) => part.asked).join("; ")]),
    ]);
    at("why").replaceChildren(why.unread ? h("p", { class: "note passes" }, why.unread) : table(["rule or condition", "answer", "what was read"], rows));
  } catch (refused) {
    say(refused.message, true);
  }
}

const JSON_TEXT = (value) => (value === null || value === undefined || value === "" ? "nothing" : typeof value === "string" ? value : JSON.stringify(value));

async function compare(name) {
  try {
    const drift = await read("drift", { key: name });
    const rows = drift.items.flatMap((one) => [
      [h("b", {}, one.item), one.held || (one.next ? `next look: ${one.next}` : ""), "", ""],
      ...one.fields.map((field) => [field.field, JSON_TEXT(field.wanted), JSON_TEXT(field.shown), field.settled ? "agreed so" : field.winner ? words(field.winner) : "both"]),
    ]);
    const same = h("p", { class: "about" }, `Both systems show the same; ${many(drift.compared, "task")} compared.`);
    at("why").replaceChildren(drift.unread ? h("p", { class: "note passes" }, drift.unread) : rows.length ? table(["field", "OpenText wants", "Planner shows", "who wins"], rows) : same);
  } catch (refused) {
    say(refused.message, true);
  }
}

function items(life) {
  return h("section", {}, h("h2", {}, "Items", h("small", {}, many(life.items.length, "item"))),
    life.items.length ? h("ul", { class: "items" }, life.items.map((one) => item(one, life.now))) : h("p", { class: "empty" }, "No item is known of it."));
}

function item(one, now) {
  const people = one.responsible.length ? `for ${one.responsible.join(", ")}` : "";
  return h("li", { class: "item" },
    h("h3", {}, one.title || one.item, " ", h("span", { class: `state ${one.state}` }, one.state)),
    h("p", {}, [one.rule, people, one.due ? `due ${one.due}` : ""].filter(Boolean).join(" · ")),
    one.title ? h("p", {}, h("code", {}, one.item)) : null,
    one.hold ? h("div", { class: `note${one.next_try ? " passes" : ""}` }, h("p", {}, h("b", {}, one.hold_sentence)), h("p", {}, one.reason), h("p", {}, one.next_try ? ["next try ", until(one.next_try, now), " · "] : "", "what ends it: ", told(one.heals))) : one.reason ? h("p", {}, one.reason) : null,
    one.note ? h("div", { class: "note" }, h("p", {}, one.note)) : null,
    one.task_url ? h("p", {}, outside(one.task_url, "Its task in Planner")) : null);
}

function told50(life) {
  const list = h("ol", { class: "life" }), box = h("section", {}, h("h2", {}, "What happened", h("small", {}, many(life.entries, "entry").replace("entrys", "entries"))));
  if (life.history_unread) box.append(h("p", { class: "note" }, life.history_unread));
  if (!life.entries) box.append(h("p", { class: "empty" }, "Nothing was written down yet."));
  const titles = Object.fromEntries(life.items.map((one) => [one.item, one.title || one.item]));
  let last = "";
  const add = (page) => page.told.forEach((one) => {
    if (day(one.at) !== last) list.append(h("li", { class: "day" }, (last = day(one.at))));
    list.append(entry(one, titles));
  });
  const older = h("div", { class: "pager" });
  const offer = (page) => older.replaceChildren(page.before ? button("Show older", async () => {
    const next = await read("origin", { key: life.origin, before: page.before, limit: 50 });
    add(next);
    offer(next);
  }) : "");
  add(life);
  offer(life);
  box.append(list, older);
  return box;
}

function entry(one, titles) {
  const names = { bridge: "bridge", person: "person", opentext: "OpenText", operator: "operator", refused: "refused" };
  const by = one.teller === "bridge" || one.teller === "opentext" ? "" : one.actor;
  const about = one.item && Object.keys(titles).length > 1 ? h("span", { title: one.item }, titles[one.item] || one.item) : null;
  return h("li", { class: "entry" }, h("time", { datetime: one.at, title: full(one.at) }, clock(one.at)), h("span", { class: `who ${one.teller}` }, names[one.teller] || words(one.teller)),
    h("div", {}, h("p", {}, one.sentence), by || about ? h("small", {}, by, by && about ? " · " : "", about) : null));
}
