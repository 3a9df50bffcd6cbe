// What stands in the way now, and how the work goes.

const NAMES = { opentext: "OpenText", otds: "OTDS", graph: "Planner", entra: "Microsoft Entra", storage: "Storage", settings: "Settings", mapping: "The mapping", mail: "Mail" };
const ACT_ON = { origin: "", plan: "Plan ", rule: "Rule ", item: "", system: "" };

function subjectName(one) {
  if (one.where !== "system") return `${ACT_ON[one.where] ?? ""}${one.subject}`;
  if (one.subject.startsWith("sign-in-performer-")) return `OpenText sign-in as user ${one.subject.split("-").pop()}`;
  return one.subject === "sign-in-service" ? "OpenText sign-in" : NAMES[one.subject] || one.subject;
}

async function showNow() {
  const [status, troubles, held, series, brakes, done] = await Promise.all([
    read("status"), read("troubles", { limit: 50 }), read("held", { limit: 1 }), read("series", { hours: 6 }), read("brakes"), read("interventions"),
  ]);
  showFacts(status, held);
  return [
    chips(status),
    inTheWay(status, troubles, held, brakes),
    h("div", { class: "three" }, looksChart(series, status), lagChart(series), byRule(held)),
    h("div", { class: "two" }, standing(held), byHand(done, 6)),
  ];
}

function showFacts(status, held) {
  const fact = (name, value) => (value ? h("span", {}, name, " ", h("b", {}, value)) : null);
  const ago = (moment) => (moment ? h("span", {}, since(moment, status.now), " ago") : "never");
  at("facts").replaceChildren(...[
    fact("release", status.release), fact("mapping", status.mapping_hash.slice(0, 8) || "not known"), fact("last sweep", ago(status.swept_at)),
    fact("waiting", many(Object.values(status.queues).reduce((sum, one) => sum + one, 0), "message")),
    fact("timers due", number(held.timers.due)), fact("plans", `${number(status.plans)}, the fullest at ${Math.round(status.fullest_plan * 100)} %`),
    status.paused ? h("b", { class: "wrong" }, "paused by BRIDGE_PAUSED") : null,
  ].filter(Boolean));
  at("facts").hidden = false;
  count("letters", status.dead_letters);
}

function count(view, value) {
  const link = document.querySelector(`#nav a[href="#${view}"]`);
  link.querySelector(".count")?.remove();
  if (value) link.append(h("span", { class: "count" }, number(value)));
}

function chips(status) {
  const words = { well: "", paused: "it passes by itself", troubled: "a person is needed", not_known: "not known" };
  return h("ul", { class: "chips", "aria-label": "Systems" }, status.systems.map((one) =>
    h("li", { class: `chip ${one.health}` }, one.name, h("span", { class: "hidden" }, one.health === "well" ? "no trouble" : words[one.health]),
      one.note ? h("small", {}, one.since ? ["for ", since(one.since, status.now)] : one.note) : null)));
}

function inTheWay(status, troubles, held, brakes) {
  const now = status.now;
  const cards = [
    ...troubles.troubles.filter((one) => one.cause !== "brake").map((one) => troubleCard(one, now)),
    ...brakes.brakes.map((one) => brakeCard(one, now)),
    ...held.failing.map((one) => failingCard(one, now)),
    ...held.groups.filter((one) => one.outside).map((one) => heldCard(one, now)),
    status.dead_letters ? lettersCard(status) : null,
  ].filter(Boolean);
  // What needs a person comes before what passes by itself.
  cards.sort((one, other) => one.classList.contains("passes") - other.classList.contains("passes"));
  if (!cards.length) {
    const seen = status.swept_at ? ["The bridge looked ", since(status.swept_at, now), " ago."] : "The app has not swept yet: nobody looked.";
    return h("section", { class: "calm" }, status.swept_at ? CHECK() : null, h("div", {}, h("h2", {}, "Nothing stands in the way"), h("p", { class: "soft" }, seen)));
  }
  const items = held.groups.filter((one) => one.outside).reduce((sum, one) => sum + one.count, 0);
  const more = troubles.total > troubles.troubles.length ? h("p", { class: "empty" }, `and ${number(troubles.total - troubles.troubles.length)} more`) : null;
  const note = [many(cards.length, "cause"), items ? `${many(items, "item")} held` : null, `oldest ${oldest(troubles, held, brakes)}`].filter(Boolean);
  return section("What stands in the way", note.join(" · "), cards, more);
}

function oldest(troubles, held, brakes) {
  const all = [...troubles.troubles.map((one) => one.since), ...brakes.brakes.map((one) => one.since), ...held.failing.map((one) => one.oldest), ...held.groups.filter((one) => one.outside).map((one) => one.oldest)];
  const first = all.filter(Boolean).sort((one, other) => Date.parse(one) - Date.parse(other))[0];
  return first ? span(between(first, held.now)) : "not known";
}

function troubleCard(one, now) {
  const opens = one.gate ? button("Try now", () => openGate(one), { class: "main" }) : null;
  const shows = one.where === "origin" ? h("a", { class: "button", href: `#origin/${one.subject}` }, "Show it") : null;
  return trouble({
    title: `${subjectName(one)}: ${lower(one.sentence)}`, text: one.text, heals: one.heals, passes: !one.needs_person, buttons: [opens, shows],
    facts: [h("span", {}, "for ", since(one.since, now)), one.tries > 1 ? `met ${number(one.tries)} times` : null, nextTry(one.next_try, now)],
  });
}

function lower(text) {
  return /^(It|Its|A|An|Too|Something|Mail|Two|Written|What|Who|The) /.test(text) ? text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "") : text.replace(/\.$/, "");
}

async function openGate(one) {
  const text = "It asked to be left alone, or refused a sign-in. Everything that waits for it tries again; a sign-in that is refused too often locks the account.";
  await act("gate", { name: one.gate }, { title: `Try ${subjectName(one)} now?`, text, yes: "Try now" });
  await refresh();
}

function brakeCard(one, now) {
  return trouble({
    title: `Rule ${one.rule}: too many tasks would end at once`,
    text: `${many(one.waiting, "task")} would end because a condition of the rule now says no. They stay until somebody has looked why.`,
    facts: [h("span", {}, "for ", since(one.since, now)), `${number(one.ended_lately)} ended within the hour`],
    buttons: [h("a", { class: "button", href: `#held?cause=brake&rule=${one.rule}` }, "Show items"), button("Release…", () => releaseBrake(one))],
  });
}

async function releaseBrake(one) {
  const question = { title: `Release rule ${one.rule}?`, text: `${many(one.waiting, "task")} will end, and whatever else its condition says no to within an hour. That can't be taken back.`, yes: "Release" };
  await act("brake", { rule: one.rule }, question);
  await refresh();
}

function failingCard(one, now) {
  return trouble({
    title: `${many(one.count, "origin")} can't be looked at: ${lower(one.sentence)}`, text: one.example, heals: one.heals, passes: one.cause === "unavailable" || one.cause === "throttled",
    facts: [h("span", {}, "the first for ", since(one.oldest, now)), nextTry(one.next_try, now)], buttons: [h("a", { class: "button", href: "#failing" }, "Show them")],
  });
}

function heldCard(one, now) {
  return trouble({
    title: `${many(one.count, "item")} held: ${lower(one.sentence)}`, text: one.example, heals: one.heals, passes: one.cause === "unavailable" || one.cause === "suspended",
    facts: [one.oldest ? h("span", {}, "the first for ", since(one.oldest, now)) : null, nextTry(one.next_try, now)],
    buttons: [h("a", { class: "button", href: `#held?cause=${one.cause}` }, "Show items"), button("Try now", () => retry({ cause: one.cause }, one.count), { class: "main" })],
  });
}

function lettersCard(status) {
  return trouble({
    title: `${many(status.dead_letters, "message")} failed for good`, text: "", facts: ["their origins are looked at again in their turn"],
    buttons: [h("a", { class: "button", href: "#letters" }, "Show them")],
  });
}

async function retry(fields, items) {
  const question = items > 10 ? { title: `Have ${many(items, "item")} tried again?`, text: "Every origin of them is looked at now, whatever it waits for.", yes: "Try now" } : null;
  await act("retry", fields, question);
  await refresh();
}

function looksChart(series, status) {
  // The five minutes that are not over yet would look like a fall.
  const points = series.points.slice(0, -1), values = points.map((one) => one.looks), most = Math.max(...values, 0);
  const hour = series.points.slice(-13), sum = (name) => hour.reduce((total, one) => total + one[name], 0);
  const waiting = Object.values(status.queues).reduce((total, one) => total + one, 0);
  return h("section", { class: "chart" }, h("h2", {}, "Looks"),
    h("p", { class: "now" }, h("b", {}, number(sum("looks"))), h("span", { class: "soft" }, `in the last hour · ${many(sum("tasks_made"), "task")} made · ${number(waiting)} waiting`)),
    plot(points, [{ kind: "first", values, fill: true }], { most, unit: number(most), label: `Looks in five minutes, over six hours: at most ${number(most)}; ${number(sum("looks"))} in the last hour` }));
}

function lagChart(series) {
  const points = series.points, last = points.findLast((one) => one.lag_median !== null), most = Math.max(...points.map((one) => one.lag_p95 ?? 0), 0);
  const label = last ? `From completion in Planner to the workflow's advance, over six hours: at most ${seconds(most)}` : "No completion was sent on in six hours";
  const between_ = points.map((one) => (one.lag_median === null ? null : [one.lag_median, one.lag_p95]));
  return h("section", { class: "chart" }, h("h2", {}, "From completion to advance"),
    h("p", { class: "now" }, h("b", {}, last ? seconds(last.lag_median) : "–"), h("span", { class: "soft" }, last ? `median · 95 %: ${seconds(last.lag_p95)} · at ${shortClock(last.at)}` : "nothing was sent on in six hours")),
    plot(points, [{ kind: "span", spans: between_ }, { kind: "dots", values: points.map((one) => one.lag_median) }], { most, unit: last ? seconds(most) : "", label }));
}

function byRule(held) {
  const rules = Object.entries(held.open_by_rule), most = Math.max(...rules.map(([, value]) => value), 0);
  const rows = rules.slice(0, 5).map(([rule, value]) => h("li", {}, h("span", {}, rule || "not known"), h("b", {}, number(value)), share(value, most)));
  return section("Open tasks by rule", rules.length > 5 ? `the first 5 of ${rules.length}` : "", rows.length ? h("ul", { class: "shares" }, rows) : h("p", { class: "empty" }, "No task is open."));
}

/** All items by where they stand; and of those that are held as the rule says, why. */
function standing(held) {
  const order = ["open", "reserved", "held", "completed", "closed", "released", "withdrawn", "unknown"];
  const states = order.filter((state) => held.states[state]).map((state) => h("li", {}, h("span", { class: `state ${state}` }, state), h("b", {}, number(held.states[state]))));
  const normal = held.groups.filter((one) => !one.outside && one.cause !== "brake").map((one) => [
    h("div", {}, one.sentence.replace(/\.$/, ""), h("small", {}, words(one.cause))), { n: h("a", { href: `#held?cause=${one.cause}` }, number(one.count)) }, one.oldest ? since(one.oldest, held.now) : "",
  ]);
  const counted = ["read ", since(held.counted_at, held.now), " ago"];
  return h("section", {}, h("h2", {}, "Items", h("small", {}, counted)),
    states.length ? h("ul", { class: "counts" }, states) : h("p", { class: "empty" }, "There is none yet."),
    normal.length ? [h("h3", { class: "sub" }, "Waiting as the rules say"), table(["why", "items", "oldest"], normal)] : null);
}
