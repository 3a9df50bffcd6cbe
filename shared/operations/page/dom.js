// Elements, made of text alone: nothing that came from outside is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: h("p", {class: "soft"}, "text", another). What is null or false is left out. */
function h(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** Make an element of an inline SVG. */
function s(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

function at(id) {
  return document.getElementById(id);
}

/** A link to another system: only where its address is one of the web. */
function outside(url, text, kind) {
  return /^https?:\/\//.test(url) ? h("a", { href: url, rel: "noopener noreferrer", target: "_blank", class: kind || null }, text) : null;
}

/** A button that can't be pressed twice while it works. */
function button(text, act, attributes) {
  const made = h("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", async () => {
    made.disabled = true;
    try {
      await act();
    } finally {
      made.disabled = false;
    }
  });
  return made;
}

/** Say something that is read out, and goes by itself. */
let saying = 0;
function say(text, isBad) {
  const said = at("said");
  said.replaceChildren(h("p", { class: isBad ? "bad" : "" }, text));
  clearTimeout(saying);
  saying = setTimeout(() => said.replaceChildren(), isBad ? 12000 : 6000);
}

/** Ask before many feel it; resolves to true when the answer is yes. */
function ask(title, text, yes) {
  const dialog = at("ask");
  at("ask-title").textContent = title;
  at("ask-text").textContent = text;
  at("ask-yes").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
