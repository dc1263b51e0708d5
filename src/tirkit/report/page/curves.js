// Accuracy against the number of attempts, one line with its band for every way to choose.

const DASHES = ["", "7 4", "2 3", "9 3 2 3", "4 2", "12 4"];
const SHOWN_CURVES = 6;

/** The drawing of `curves` with a button for each and a table of its values. */
function curveChart(curves) {
  const places = [...new Set(curves.flatMap((curve) => curve.points.map((one) => one.x)))].sort((a, b) => a - b);
  const visible = curves.map((_, i) => i < SHOWN_CURVES);
  const values = curves.map((curve) => new Map(curve.points.map((one) => [one.x, one])));
  let at = -1;
  let scales = null;
  const chart = plot({
    label: "Accuracy against attempts. Left and right arrows read the values.",
    height: 300,
    draw,
    point: (x) => scales && read(nearest(places.map(scales.x), x)),
    step: (key) => {
      const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: places.length - 1 }[key];
      if (next === undefined) return false;
      read(Math.min(places.length - 1, Math.max(0, next)));
      return true;
    },
  });

  function range() {
    const points = curves.flatMap((curve, i) => (visible[i] ? curve.points : []));
    const lows = points.map((one) => one.low ?? one.y);
    const highs = points.map((one) => one.high ?? one.y);
    const low = Math.max(0, Math.floor(Math.min(1, ...lows) * 10 - 0.01) / 10);
    const high = Math.min(1, Math.ceil(Math.max(0, ...highs) * 10 + 0.01) / 10);
    return [low < 0.2 ? 0 : low, high];
  }

  function draw(svg, width) {
    const area = { left: 48, right: width - 14, top: 10, bottom: 256 };
    const ends = [places[0], places[places.length - 1]];
    const scale = ends[1] / Math.max(1, ends[0]) >= 8 ? logarithmic : linear;
    scales = { x: scale(ends, [area.left + 8, area.right - 8]), y: linear(range(), [area.bottom, area.top]), area };
    const marks = apart(places, scales.x, 30);
    put(svg, [
      leftAxis(ticks(...range(), 5), scales.y, { x: area.left, right: area.right, label: (v) => percent(v) }),
      bottomAxis(marks, scales.x, { y: area.bottom, name: "attempts", right: area.right, label: count }),
      curves.map((curve, i) => visible[i] && band(curve, i)),
      curves.map((curve, i) => visible[i] && line(curve, i)),
      s("g", { class: "cursor" }),
    ]);
    if (at >= 0) read(at);
  }

  function band(curve, i) {
    const over = curve.points.map((one) => [scales.x(one.x), scales.y(one.high ?? one.y)]);
    const under = curve.points.map((one) => [scales.x(one.x), scales.y(one.low ?? one.y)]).reverse();
    return s("path", { class: `band hue-${i % OTHERS}`, d: `${path([...over, ...under])}Z` });
  }

  function line(curve, i) {
    const spots = curve.points.map((one) => [scales.x(one.x), scales.y(one.y)]);
    const dots = spots.length === 1 && s("circle", { class: `dot hue-${i % OTHERS}`, cx: spots[0][0], cy: spots[0][1], r: 4 });
    const dash = DASHES[i % DASHES.length];
    return [s("path", { class: `line hue-${i % OTHERS}`, d: path(spots), "stroke-dasharray": dash }), dots];
  }

  function read(index) {
    at = index;
    const x = places[index];
    const here = curves.map((_, i) => (visible[i] ? values[i].get(x) : null));
    const group = chart.frame.querySelector(".cursor");
    group.replaceChildren(s("line", { class: "guide", x1: scales.x(x), x2: scales.x(x), y1: scales.area.top, y2: scales.area.bottom }));
    put(group, here.map((one, i) => one && s("circle", { class: `dot hue-${i % OTHERS}`, cx: scales.x(x), cy: scales.y(one.y), r: 4 })));
    const said = here.map((one, i) => one && `${curves[i].name} ${percent(one.y, 1)} (${percent(one.low, 0)} to ${percent(one.high, 0)})`);
    chart.readout.textContent = shown(`${counted(x, "attempt")}: ${said.filter(Boolean).join(" \u00b7 ") || "no value"}`);
  }

  const legend = h(
    "div",
    { class: "legend", role: "group", "aria-label": "Curves shown" },
    curves.map((curve, i) => {
      const sample = s("svg", { width: 28, height: 10, "aria-hidden": "true" },
        s("line", { class: `line hue-${i % OTHERS}`, x1: 1, x2: 27, y1: 5, y2: 5, "stroke-dasharray": DASHES[i % DASHES.length] }));
      const press = (event) => {
        visible[i] = !visible[i];
        event.currentTarget.setAttribute("aria-pressed", visible[i]);
        chart.redraw();
      };
      return button([sample, ` ${curve.name}`], press, { "aria-pressed": String(visible[i]) });
    }),
  );
  return h("div", {}, legend, chart.node, folded("The same as a table", () => curveTable(curves, places, values)));
}

function curveTable(curves, places, values) {
  const row = (x) => h("tr", {}, h("th", { scope: "row" }, count(x)), curves.map((_, i) => {
    const one = values[i].get(x);
    return h("td", {}, one ? `${percent(one.y, 1)} (${percent(one.low)} to ${percent(one.high)})` : NONE);
  }));
  return h("div", { class: "scroll", tabindex: 0 }, h("table", { class: "plain" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "attempts"), curves.map((curve) => h("th", { scope: "col" }, curve.name)))),
    h("tbody", {}, places.map(row))));
}

function nearest(places, x) {
  let best = 0;
  places.forEach((place, i) => {
    if (Math.abs(place - x) < Math.abs(places[best] - x)) best = i;
  });
  return best;
}
