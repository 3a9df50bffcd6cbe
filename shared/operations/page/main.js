// Which view is shown, when it is read again, and the key.

const EVERY = 15000;
const VIEWS = { now: showNow, held: showHeld, failing: showFailing, origin: showOrigin, letters: showLetters, done: showByHand };
const READ_AGAIN = new Set(["now"]);
let turn = 0;

function place() {
  const [path, query] = location.hash.slice(1).split("?");
  const [name, ...rest] = path.split("/");
  const view = Object.hasOwn(VIEWS, name) ? name : "now";
  return { view, argument: view === "origin" ? decodeURIComponent(rest.join("/")) : new URLSearchParams(query || "") };
}

/** Read and show what the address names. A later one wins, however slow an earlier one is. */
async function refresh(focus) {
  if (!key()) return;
  const mine = ++turn;
  const { view, argument } = place();
  document.querySelectorAll("#nav a").forEach((link) => {
    if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
  let shown;
  try {
    shown = await VIEWS[view](argument);
  } catch (refused) {
    if (mine !== turn || !key()) return;
    shown = [h("section", {}, h("h2", {}, "This could not be read"), h("p", {}, refused.message), h("p", {}, button("Try again", () => refresh())))];
    if (!(refused instanceof Refused)) throw refused;
  }
  if (mine !== turn || !key()) return;
  at("view").replaceChildren(...shown);
  if (focus) at("main").focus({ preventScroll: true });
}

function unlock(focus) {
  at("door").hidden = true;
  ["nav", "find", "lock"].forEach((id) => (at(id).hidden = false));
  return refresh(focus);
}

/** Forget the key, and all that was read with it. */
function lockAgain(why) {
  keep("");
  turn += 1;
  at("view").replaceChildren();
  ["nav", "find", "lock", "facts"].forEach((id) => (at(id).hidden = true));
  at("door").hidden = false;
  at("key-wrong").textContent = why || "";
  at("key-wrong").hidden = !why;
  at("key").value = "";
  at("key").focus();
}

async function find(event) {
  event.preventDefault();
  try {
    const { origins } = await read("find", { text: at("find-text").value });
    if (!origins.length) return say("The bridge knows nothing of that. A key such as workspace-28866 can be looked at all the same.", true);
    if (origins.length > 1) say(`It leads to ${origins.map((one) => `${one.key} (${one.why})`).join(", ")}.`);
    location.hash = `#origin/${origins[0].key}`;
    at("find-text").value = "";
  } catch (refused) {
    say(refused.message, true);
  }
  return undefined;
}

at("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  keep(at("key").value.trim());
  at("key-wrong").hidden = true;
  unlock(true);
});
at("lock").addEventListener("click", () => lockAgain());
at("find").addEventListener("submit", find);
at("skip").addEventListener("click", (event) => {
  // The address names the view: it stays.
  event.preventDefault();
  at("main").focus();
});
window.addEventListener("hashchange", () => refresh(true));
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(() => {
  const isBusy = document.hidden || at("ask").open || !READ_AGAIN.has(place().view) || at("view").contains(document.activeElement);
  if (!isBusy) refresh();
}, EVERY);
if (key()) unlock();
else lockAgain();
