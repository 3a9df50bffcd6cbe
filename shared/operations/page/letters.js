// Messages that failed for good, and what operators did.

async function showLetters() {
  const first = await read("dead-letters", { limit: 50 });
  count("letters", first.total);
  const list = h("div", {});
  await fill(list, first, (after) => read("dead-letters", { after, limit: 50 }), letterRows, ["about", "why", "tries", "failed", "looked at again", ""]);
  const all = (door, title, text, yes) => button(title, () => letters(door, { all: true }, { title: `${title}?`, text: `${many(first.total, "letter")}: ${text}`, yes }), door === "replay" ? { class: "main" } : {});
  const acts = first.total ? h("div", { class: "actions" }, all("drop", "Drop all", "their messages are not kept anywhere else. Their origins are still looked at in their turn.", "Drop"), all("replay", "Send all again", "each is queued as it was.", "Send again")) : null;
  return [h("section", {}, h("div", { class: "head" }, h("h2", {}, "Dead letters", h("small", {}, many(first.total, "letter"))), acts), first.total ? list : h("p", { class: "empty" }, "No message failed for good."))];
}

async function letters(door, fields, question) {
  await act(door, fields, question);
  await refresh();
}

function letterRows(page) {
  return page.letters.map((one) => [
    h("div", {}, /^(workspace|workflow|document)-/.test(one.about) ? originLink(one.about) : h("code", {}, one.about || "unreadable"), h("small", {}, `queue ${one.queue}`)),
    one.reason, { n: number(one.tries) }, h("span", { class: "moment" }, since(one.at, page.now), " ago"), one.again ? until(one.again, page.now) : "",
    { acts: [one.can_replay ? button("Send again", () => letters("replay", { key: one.key }), { class: "small" }) : null, " ", button("Drop", () => letters("drop", { key: one.key }, { title: "Drop this letter?", text: "Its message is not kept anywhere else.", yes: "Drop" }), { class: "small" })] },
  ]);
}

async function showByHand() {
  return [byHand(await read("interventions"), 200)];
}

function byHand(done, most) {
  const rows = done.interventions.slice(0, most).map((one) => [
    h("div", {}, one.by, " ", one.what, " ", one.subject ? h("b", {}, one.subject) : "", one.count > 1 ? ` (${number(one.count)})` : ""), h("span", { class: "moment" }, since(one.at, done.now), " ago"),
  ]);
  return section("Done by hand", done.interventions.length > most ? `the last ${most} of ${number(done.interventions.length)}` : "in the last 90 days", rows.length ? table(["what", "when"], rows) : h("p", { class: "empty" }, "Nobody had to."));
}
