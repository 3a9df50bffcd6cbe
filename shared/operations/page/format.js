// Times, numbers and words for people. "Ago" counts by the app's clock: this machine's may be wrong.

const DAY = 86400;
const SIZES = [[DAY, "d"], [3600, "h"], [60, "min"], [1, "s"]];

function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [size, unit] = SIZES.find(([one]) => whole >= one) || [1, "s"];
  return `${Math.floor(whole / size)} ${unit}`;
}

function between(from, to) {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

/** "6 h", with the moment itself for whoever points at it. */
function since(moment, now) {
  return moment ? h("time", { datetime: moment, title: full(moment) }, span(between(moment, now))) : null;
}

/** "in 5 min", or "now" when its time has come. */
function until(moment, now) {
  if (!moment) return null;
  const seconds = between(now, moment);
  return h("time", { datetime: moment, title: full(moment) }, seconds > 0 ? `in ${span(seconds)}` : "now");
}

function full(moment) {
  return new Date(moment).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "long" });
}

function clock(moment) {
  return new Date(moment).toLocaleTimeString("en-GB");
}

function shortClock(moment) {
  return new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function day(moment) {
  return new Date(moment).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });
}

function number(value) {
  return value.toLocaleString("en-GB");
}

function many(count, what) {
  return `${number(count)} ${what}${count === 1 ? "" : "s"}`;
}

function seconds(value) {
  return value === null || value === undefined ? "none" : value < 10 ? `${value.toFixed(1)} s` : span(value);
}

/** A code of the engine as people read it. */
function words(code) {
  return code.replaceAll("_", " ");
}

/** A text in which `code` stands between accents or is a command. */
function told(text) {
  const parts = text.split(/(`[^`]+`|manage\.py [a-z- ]+(?:--[a-z]+ ?[a-z_]*)*(?: RULE)?)/);
  return parts.map((part, place) => (place % 2 ? h("code", {}, part.replaceAll("`", "")) : part));
}
