// The doors under /api/operations: the key goes in a header, and is kept for this tab alone.

const KEPT = "bridge-key";

class Refused extends Error {
  constructor(status, body) {
    super(body.detail || `The app answered ${status}.`);
    this.status = status;
    this.body = body;
  }
}

function key() {
  return sessionStorage.getItem(KEPT) || "";
}

function keep(text) {
  if (text) sessionStorage.setItem(KEPT, text);
  else sessionStorage.removeItem(KEPT);
}

async function send(path, options) {
  let answer;
  try {
    answer = await fetch(path, {
      ...options,
      headers: { "x-functions-key": key(), ...options.headers },
      cache: "no-store",
      redirect: "error",
    });
  } catch {
    throw new Refused(0, { detail: "The app does not answer." });
  }
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401) lockAgain("The app does not know this key.");
  throw new Refused(answer.status, body);
}

/** Read at a door. */
async function read(door, fields) {
  const given = Object.entries(fields || {}).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const query = new URLSearchParams(given).toString();
  return (await send(`operations/${door}${query ? `?${query}` : ""}`, { method: "GET" })).json();
}

/**
 * Act at a door. What many would feel is asked first: by the page where it knows, or because the door says so.
 * Answers what was done, or null when it was left.
 */
async function act(door, fields, question) {
  const post = (body) =>
    send(`operations/${door}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }).then((answer) => answer.json());
  try {
    if (question && !(await ask(question.title, question.text, question.yes))) return null;
    const done = await post(fields).catch(async (refused) => {
      if (!refused.body?.needs_confirmation) throw refused;
      const title = `${number(refused.body.count)} would feel it`;
      if (!question && !(await ask(title, sentence(refused.message.split(":")[0]), "Do it"))) return null;
      return post({ ...fields, confirmed: true });
    });
    if (done) say([done.sentence, ...(done.left || [])].join(" "));
    return done;
  } catch (refused) {
    say(refused.message, true);
    return null;
  }
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Have a file saved that a door gives. */
async function save(door, fields, name) {
  try {
    const answer = await send(`operations/${door}?${new URLSearchParams(fields)}`, { method: "GET" });
    const url = URL.createObjectURL(await answer.blob());
    h("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  } catch (refused) {
    say(refused.message, true);
  }
}
