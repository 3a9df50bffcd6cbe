// The board's doors: its state, and its acts in the name of whom one chose to be.

const PERSON = "board-person";
let world = null;

function me() {
  const known = world.people.map((one) => one.login), chosen = sessionStorage.getItem(PERSON);
  return known.includes(chosen) ? chosen : known[0];
}

function be(login) {
  sessionStorage.setItem(PERSON, login);
}

/** How a login is called. */
function nameOf(login) {
  return world.people.find((one) => one.login === login)?.name || login;
}

async function readState() {
  const answer = await fetch("state", { cache: "no-store", redirect: "error" });
  if (!answer.ok) throw new Error(`The board answered ${answer.status}.`);
  return answer.json();
}

/** Do something to the scene itself. Answers whether it was done; what was said is said here. */
async function direct(name, fields) {
  try {
    const answer = await fetch(`acts/${name}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(fields) });
    const told = await answer.json();
    say(answer.ok ? told.said : told.detail, !answer.ok);
    // A box that was ticked in vain is shown as it was.
    if (!answer.ok) delete shown.view;
    return answer.ok;
  } catch {
    say("The board does not answer. Is it still running?", true);
    return false;
  } finally {
    await refresh();
  }
}

/** Do something in one of the systems, as the person that one is. */
function act(name, fields) {
  return direct(name, { person: me(), ...fields });
}
