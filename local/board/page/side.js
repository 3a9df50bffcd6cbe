// Beside both systems: trouble, time, scenes, and what happens.

const STEPS = [["A minute", 60], ["An hour", 3600], ["Four hours", 4 * 3600], ["A day", DAY], ["A week", 7 * DAY]];

function showTroubles() {
  const stands = world.troubles.some((one) => one.stands);
  show(at("mend"), world.troubles.length ? does("Mend everything", "mend", () => direct("mend", {}), stands ? "main" : "") : null);
  show(at("troubles"), world.troubles.map((one) => h("li", { class: one.stands ? "stands" : null },
    h("div", {}, h("b", {}, one.title), one.stands ? h("span", { class: "state held" }, "now") : null, h("small", {}, one.about)),
    h("div", { class: "actions" }, one.stands ? null : button("Do it", () => direct("trouble", { name: one.name }), { class: "small", "data-key": `trouble:${one.name}`, "aria-label": one.title })))));
}

function showTime() {
  show(at("time"), STEPS.map(([name, seconds]) => does(name, "time", () => direct("forward", { seconds }), "")));
}

function showScenes() {
  show(at("scenes"), world.scenes.map((one) => h("li", { class: one.name === world.scene.name ? "stands" : null },
    h("div", {}, h("b", {}, one.title), one.name === world.scene.name ? h("span", { class: "state open" }, "this one") : null, h("small", {}, one.about)),
    h("div", { class: "actions" }, button("Begin", () => begin(one), { class: "small", "data-key": `scene:${one.name}`, "aria-label": `Begin: ${one.title}`, disabled: !world.scene.is_ready })))));
}

async function begin(scene) {
  if (await ask(`Begin “${scene.title}”?`, "All that was done here is gone then. It takes some seconds.", "Begin")) await direct("scene", { name: scene.name });
}

function showFeed() {
  const kinds = { bridge: "bridge", Planner: "person", OpenText: "opentext", board: "operator" };
  show(at("feed"), [...world.feed].reverse().slice(0, 60).map((line) => line.who
    ? h("li", { class: "entry" }, h("time", { datetime: line.at, title: full(line.at) }, clock(line.at)), h("span", { class: `who ${kinds[line.who] || ""}` }, line.who),
      h("div", {}, h("p", {}, linked(line.what)), line.origin ? h("small", {}, h("a", { href: `#operations/${line.origin}` }, line.origin)) : null))
    : h("li", { class: "day" }, line.what)));
}
