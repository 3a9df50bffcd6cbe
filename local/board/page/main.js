// Which view is shown, whose name one acts in, and when all is read again.

const EVERY = 1000;
const FRAME = "/api/operations";
const shown = {};
let isPressed = false;

function place() {
  const [view, ...rest] = location.hash.slice(1).split("/");
  return { view: view || "planner", argument: decodeURIComponent(rest.join("/")) };
}

/** Read what there is, and show it where it is other than before. */
async function refresh() {
  try {
    world = await readState();
  } catch {
    at("setting").hidden = false;
    at("setting").textContent = "The board does not answer. Is it still running?";
    return;
  }
  at("clock").textContent = `It is ${day(world.now)}, ${shortClock(world.now)}`;
  render();
}

/** Show a part again where what it shows is other than before: who reads, drags or selects there is left in peace. */
function part(name, data, draw) {
  const text = JSON.stringify(data);
  if (shown[name] === text) return;
  shown[name] = text;
  draw();
}

/** Whether somebody is pressing or dragging. A drag ends the pointer's events at its start: the dragged card is marked. */
function isInHand() {
  return isPressed || document.querySelector(".dragged");
}

function render() {
  // What is drawn anew under somebody's hand can't be dragged or clicked any more: it waits for the next reading.
  if (isInHand()) return;
  const { scene, people, troubles, scenes, feed, plans, opentext, mails } = world, { view, argument } = place();
  at("setting").hidden = scene.is_ready && !scene.wrong;
  at("setting").textContent = scene.wrong ? `The scene did not go as it should: ${scene.wrong}` : "The scene is being set: this takes some seconds.";
  part("people", people, showPeople);
  part("view", [view, argument, scene, plans, opentext, mails], () => showPlace(view, argument));
  part("troubles", troubles, showTroubles);
  part("scenes", [scene, scenes], showScenes);
  part("feed", feed, showFeed);
}

function showPlace(view, argument) {
  const isOpenText = ["opentext", "node", "workflow"].includes(view), isFrame = view === "operations";
  document.querySelectorAll("#nav a").forEach((link) => {
    const here = link.hash === (isOpenText ? "#opentext" : isFrame ? "#operations" : "#planner");
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
  at("frame").hidden = !isFrame;
  at("view").hidden = isFrame;
  if (isFrame) return showOperations(argument);
  leaveOperations();
  show(at("view"), isOpenText ? showOpenText(`${view}-${argument}`) : showPlanner());
  if (view === "task") showTask(argument);
  return undefined;
}

/** Show the bridge's own page, opened with this machine's key; it is read anew by whoever comes to it. */
function showOperations(origin) {
  if (!world.key) return;
  sessionStorage.setItem("bridge-key", world.key);
  const url = `${FRAME}#${origin ? `origin/${origin}` : "now"}`;
  if (at("frame").dataset.of === url) return;
  at("frame").dataset.of = url;
  at("frame").replaceChildren(h("iframe", { src: url, title: "The bridge's operations page" }));
}

function leaveOperations() {
  at("frame").dataset.of = "";
  at("frame").replaceChildren();
}

function showPeople() {
  at("person").replaceChildren(...world.people.map((one) => h("option", { value: one.login, selected: one.login === me() }, one.role ? `${one.name} (${one.role})` : one.name)));
}

function choose(login) {
  be(login);
  at("person").value = login;
}

/** Go where the address says: to a task's sheet, or to a record. */
function arrive() {
  const { view, argument } = place();
  if (view !== "task" && at("sheet").open) at("sheet").close();
  if (world) render();
  const target = ["node", "workflow"].includes(view) && at(`${view}-${argument}`);
  if (target) {
    target.scrollIntoView({ block: "start" });
    target.focus({ preventScroll: true });
  }
}

at("person").addEventListener("change", () => be(at("person").value));
at("skip").addEventListener("click", (event) => {
  // The address names the view: it stays.
  event.preventDefault();
  at("main").focus();
});
at("sheet").addEventListener("close", () => {
  if (place().view === "task") location.hash = "#planner";
});
window.addEventListener("hashchange", arrive);
window.addEventListener("pointerdown", (event) => {
  // A list that opens, or a menu, takes the pointer along: the page hears of no end.
  isPressed = event.button === 0 && !event.target.closest("select");
});
for (const end of ["pointerup", "pointercancel", "dragend", "blur"]) window.addEventListener(end, () => { isPressed = false; });
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(() => {
  // What somebody is filling in stays as it is meanwhile.
  const isBusy = document.hidden || at("form").open || at("ask").open;
  if (!isBusy) refresh();
}, EVERY);
refresh().then(() => {
  showTime();
  showTour();
  arrive();
});
