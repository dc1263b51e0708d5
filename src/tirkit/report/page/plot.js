// What all drawings share: scales, axes, patterns, and a frame that is drawn to its width.

const HUES = 8;
const OTHERS = HUES - 1;

function linear(from, to) {
  const span = from[1] - from[0] || 1;
  const at = (value) => to[0] + ((value - from[0]) / span) * (to[1] - to[0]);
  at.back = (place) => from[0] + ((place - to[0]) / (to[1] - to[0] || 1)) * span;
  return at;
}

function logarithmic(from, to) {
  const low = Math.max(from[0], 1e-9);
  const base = linear([Math.log2(low), Math.log2(Math.max(from[1], low))], to);
  const at = (value) => base(Math.log2(Math.max(value, low)));
  at.back = (place) => 2 ** base.back(place);
  return at;
}

/** Round values between two ends, about as many as wanted. */
function ticks(low, high, wanted) {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** The members of a rising list that keep a distance once they are placed. */
function apart(values, at, distance) {
  const kept = [];
  for (const value of values) {
    if (!kept.length || Math.abs(at(value) - at(kept[kept.length - 1])) >= distance) kept.push(value);
  }
  return kept;
}

function bottomAxis(values, at, { y, name, label, right }) {
  return s(
    "g",
    { class: "axis" },
    values.map((value) => s("text", { x: at(value), y: y + 16, "text-anchor": "middle" }, label(value))),
    s("text", { class: "axis-name", x: right, y: y + 33, "text-anchor": "end" }, name),
  );
}

function leftAxis(values, at, { x, right, label }) {
  return s(
    "g",
    { class: "axis" },
    values.map((value) => [
      s("line", { x1: x, x2: right, y1: at(value), y2: at(value) }),
      s("text", { x: x - 7, y: at(value) + 4, "text-anchor": "end" }, label(value)),
    ]),
  );
}

function path(points) {
  return points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

/** The fills of answers: a colour and a pattern each, the last one for all others. */
function patterns() {
  const strokes = ["", "M0 8L8 0", "", "M0 0L8 8", "M0 4H8", "M4 0V8M0 4H8", "M4 0V8", ""];
  const defs = strokes.map((stroke, i) =>
    s(
      "pattern",
      { id: `fill-${i}`, width: 8, height: 8, patternUnits: "userSpaceOnUse" },
      s("rect", { class: `hue-${i}`, width: 8, height: 8 }),
      stroke && s("path", { class: "grain", d: stroke }),
      i === 2 && s("circle", { class: "grain-dot", cx: 4, cy: 4, r: 1.4 }),
    ),
  );
  return s("svg", { class: "defs", width: 0, height: 0, "aria-hidden": "true" }, s("defs", {}, defs));
}

function swatch(rank) {
  return s(
    "svg",
    { class: "swatch", width: 12, height: 12, "aria-hidden": "true" },
    s("rect", { width: 12, height: 12, rx: 2, fill: `url(#fill-${rank})` }),
  );
}

/**
 * A frame that is drawn again when its width changes.
 *
 * `draw(svg, width)` fills it; `point(x, y)` is told where the pointer is, `step(key)` which arrow
 * was pressed, `open()` that Enter was pressed or the drawing clicked. What it reads out stands
 * below it as text.
 */
function plot({ label, height, draw, point, step, open }) {
  const svg = s("svg", { class: "drawing", height, role: "presentation" });
  const readout = h("output", { class: "readout", "aria-live": "polite" }, "Point at the drawing, or focus it and use the arrow keys.");
  const frame = h("div", { class: "frame", tabindex: 0, role: "group", "aria-label": label }, svg);
  let width = 0;
  const redraw = () => {
    if (!width) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("width", width);
    svg.replaceChildren();
    draw(svg, width);
  };
  const follow = (event) => {
    if (!width) return;
    const corner = svg.getBoundingClientRect();
    point(event.clientX - corner.left, event.clientY - corner.top);
  };
  frame.addEventListener("pointermove", follow);
  frame.addEventListener("pointerdown", follow);
  if (open) frame.addEventListener("click", open);
  frame.addEventListener("keydown", (event) => {
    if (!width || event.ctrlKey || event.metaKey || event.altKey) return;
    const used = event.key === "Enter" ? open && (open(), true) : step(event.key);
    if (!used) return;
    event.preventDefault();
    event.stopPropagation();
  });
  new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (now === width) return;
    requestAnimationFrame(() => {
      width = now;
      redraw();
    });
  }).observe(frame);
  return { node: h("div", { class: "plot" }, frame, readout), frame, readout, redraw };
}
