// Numbers and marks as people read them.

const NONE = "\u2013";
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

function count(value) {
  return isNumber(value) ? whole.format(value) : NONE;
}

function many(value) {
  if (!isNumber(value)) return NONE;
  return Math.abs(value) < 10000 ? whole.format(value) : compact.format(value);
}

function counted(value, one, several = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : several}`;
}

function percent(value, digits = 0) {
  return isNumber(value) ? `${(100 * value).toFixed(digits)}\u00a0%` : NONE;
}

function seconds(value) {
  if (!isNumber(value)) return NONE;
  if (value < 10) return `${value.toFixed(2)}\u00a0s`;
  if (value < 100) return `${value.toFixed(1)}\u00a0s`;
  if (value < 600) return `${value.toFixed(0)}\u00a0s`;
  const minutes = Math.round(value / 60);
  if (minutes < 60) return `${minutes}\u00a0min`;
  return `${Math.floor(minutes / 60)}\u00a0h ${String(minutes % 60).padStart(2, "0")}\u00a0min`;
}

/** An ISO 8601 time in UTC to the minute; anything else as it is. */
function moment(text) {
  const time = new Date(text);
  return Number.isNaN(time.valueOf()) ? text : `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** The mean probability behind a mean log-probability. */
function chance(sure) {
  return isNumber(sure) ? Math.exp(Math.min(0, sure)) : null;
}

/** What a verdict or an attempt came to: right, wrong, silent or open. */
function outcome(one) {
  if (one.answer === null || one.answer === undefined) return "silent";
  if (one.correct === null || one.correct === undefined) return "open";
  return one.correct ? "right" : "wrong";
}

const OUTCOMES = {
  right: ["\u2713", "right"],
  wrong: ["\u2717", "wrong"],
  silent: ["\u2205", "no answer"],
  open: ["?", "not graded"],
};

/** The outcome as a sign and a word. */
function outcomeTag(kind, { short = false } = {}) {
  const [sign, word] = OUTCOMES[kind];
  return h(
    "span",
    { class: `tag ${kind}`, title: short ? word : null },
    h("span", { "aria-hidden": "true" }, sign),
    h("span", { class: short ? "unseen" : "" }, ` ${word}`),
  );
}
