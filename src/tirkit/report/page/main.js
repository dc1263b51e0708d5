// Where the page is (its address after #), what is on screen, and the keyboard.

const FORMAT = 1;
const ADDRESS = /^#p(\d{1,7})(?:\/a(\d{1,7})(?:\/t(\d{1,7}))?)?$/;
const KEYS = [
  ["j / k", "next or previous problem, attempt or turn on this view"],
  ["\u2190 / \u2192", "previous or next problem or attempt, when one is open"],
  ["Enter", "open what is selected"],
  ["Esc", "close: back to the problem, back to the overview"],
  ["/", "search"],
  ["arrows in a drawing", "read its values"],
  ["t", "dark or light"],
  ["?", "this help"],
];

const summary = JSON.parse(byId("summary").textContent);
const scrolled = new Map();
let overview = null;
let opened = null;
let current = null;
let wanted = 0;

function where() {
  const found = ADDRESS.exec(location.hash);
  if (!found) return {};
  const [problem, attempt, turn] = found.slice(1).map((one) => (one === undefined ? undefined : Number(one)));
  return { problem, attempt, turn };
}

function address({ problem, attempt, turn }) {
  if (problem === undefined) return "#";
  return `#p${problem}${attempt === undefined ? "" : `/a${attempt}`}${turn === undefined ? "" : `/t${turn}`}`;
}

function go(target) {
  location.hash = address(target);
}

function viewKey(place) {
  return address({ ...place, turn: undefined });
}

async function viewAt(place) {
  if (place.problem === undefined) return (overview ??= overviewView(summary));
  const line = summary.problems.find((one) => one.key === place.problem);
  if (!line) throw new Error("There is no such problem in this report.");
  const section = await sectionOf(line.key);
  if (opened?.key !== line.key) opened = { key: line.key, view: problemView(summary, line, section) };
  if (place.attempt === undefined) return opened.view;
  const attempt = section.attempts.find((one) => one.index === place.attempt);
  if (!attempt) throw new Error("There is no such attempt in this report.");
  const order = opened.view.order();
  const all = section.attempts.map((one) => one.index);
  return traceView(line, section, attempt, order.includes(attempt.index) ? order : all, ranksOf(line));
}

function failedView(error) {
  return {
    node: h("div", { class: "view" }, crumbs([["Overview", "#"]], "not found"), h("h2", { tabindex: -1 }, "This cannot be shown"), h("p", {}, error.message)),
    title: "not found", up: {}, links: () => [],
  };
}

async function show() {
  const mine = (wanted += 1);
  const place = where();
  if (current && current.key === viewKey(place)) return toTurn(place);
  let view;
  try {
    view = await viewAt(place);
  } catch (error) {
    view = failedView(error);
  }
  if (mine !== wanted) return;
  const from = current;
  if (from) scrolled.set(from.key, scrollY);
  current = { key: viewKey(place), place, view };
  byId("main").replaceChildren(view.node);
  document.title = shown(view.title === null ? summary.title : `${view.title} \u2013 ${summary.title}`);
  settle(from, place);
}

/** Puts focus and scroll where the reader expects them. */
function settle(from, place) {
  if (!from && place.turn === undefined) return;
  const back = from && (from.place.attempt !== undefined ? 2 : Number(from.place.problem !== undefined)) > (place.attempt !== undefined ? 2 : Number(place.problem !== undefined));
  const link = back && byId("main").querySelector(`a[href="${place.problem === undefined ? `#p${from.place.problem}` : from.key}"]`);
  (link || byId("main").querySelector("h2"))?.focus({ preventScroll: true });
  scrollTo(0, back ? scrolled.get(current.key) ?? 0 : 0);
  toTurn(place);
}

function toTurn({ turn }) {
  const head = turn === undefined ? null : byId(`turn-${turn}`);
  head?.scrollIntoView({ block: "start" });
  head?.focus({ preventScroll: true });
}

function step(way) {
  const links = current.view.links();
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? (way > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + way))];
  next.focus({ preventScroll: true });
  (next.closest("tr") ?? next).scrollIntoView({ block: next.closest("tr") ? "nearest" : "start" });
}

const PRESSED = {
  j: () => step(1),
  k: () => step(-1),
  ArrowRight: () => current.view.after && go(current.view.after),
  ArrowLeft: () => current.view.before && go(current.view.before),
  Escape: () => current.view.up && go(current.view.up),
  "/": () => current.view.search?.focus(),
  t: () => turnTheme(),
  "?": () => byId("help").showModal(),
};

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || byId("help").open || !current) return;
  if (event.target.matches("input, select, textarea")) {
    if (event.key === "Escape") leaveField(event.target);
    return;
  }
  const row = event.target.closest("table.data tbody a");
  const key = row ? { ArrowDown: "j", ArrowUp: "k" }[event.key] ?? event.key : event.key;
  if (!Object.hasOwn(PRESSED, key)) return;
  event.preventDefault();
  PRESSED[key]();
}

function leaveField(field) {
  if (field.type !== "search" || field.value === "") return field.blur();
  field.value = "";
  field.dispatchEvent(new Event("input"));
}

function remembered(theme) {
  // Some browsers refuse storage to a file opened from disk.
  try {
    if (theme) localStorage.setItem("tirkit-theme", theme);
    return localStorage.getItem("tirkit-theme");
  } catch {
    return theme ?? null;
  }
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
}

function turnTheme() {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  remembered(theme);
  setTheme(theme);
}

function begin() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  setTheme(remembered() ?? (dark.matches ? "dark" : "light"));
  dark.addEventListener("change", () => remembered() ?? setTheme(dark.matches ? "dark" : "light"));
  byId("title").textContent = shown(summary.title);
  byId("made").textContent = shown(`tirkit report \u00b7 ${counted(summary.problems.length, "problem")} \u00b7 made ${moment(summary.made_at)}`);
  byId("theme").addEventListener("click", turnTheme);
  byId("keys").addEventListener("click", PRESSED["?"]);
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("main").focus();
  });
  put(byId("help"), [h("h2", { id: "help-title" }, "Keys"), pairs(KEYS.map(([key, text]) => [h("kbd", {}, key), text])), h("form", { method: "dialog" }, h("button", {}, "Close"))]);
  document.body.append(patterns());
  history.scrollRestoration = "manual";
  addEventListener("hashchange", show);
  addEventListener("keydown", pressed);
  if (summary.format === FORMAT) show();
  else byId("main").textContent = "This page's script is older or newer than its data.";
}

begin();
