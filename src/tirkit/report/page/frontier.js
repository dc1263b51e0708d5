// Stop rules by their cost and their accuracy; the frontier is what nothing beats in both.

/** The drawing of `points` (of the page's `frontier`) with a table of its values. */
function frontierChart(points) {
  const order = [...points].sort((a, b) => a.tokens - b.tokens || a.accuracy - b.accuracy);
  let at = -1;
  let places = [];
  let scales = null;
  const chart = plot({
    label: "Stop rules: tokens against accuracy. Left and right arrows read the rules.",
    height: 300,
    draw,
    point: (x, y) => places.length && read(closest(places, x, y)),
    step: (key) => {
      const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: order.length - 1 }[key];
      if (next === undefined) return false;
      read(Math.min(order.length - 1, Math.max(0, next)));
      return true;
    },
  });

  function draw(svg, width) {
    const area = { left: 48, right: width - 14, top: 10, bottom: 256 };
    const costs = order.map((one) => one.tokens);
    const [low, high] = [Math.min(...costs), Math.max(...costs)];
    const scale = high / Math.max(1, low) >= 8 ? logarithmic : linear;
    const top = Math.min(1, Math.max(...order.map((one) => one.high)) + 0.02);
    const bottom = Math.min(...order.map((one) => one.low)) - 0.02;
    const reach = [Math.max(0, Math.min(bottom, top - 0.1)), top]; // ten points at least: ticks are whole percents
    scales = { x: scale([low, high], [area.left + 16, area.right - 16]), y: linear(reach, [area.bottom, area.top]) };
    places = order.map((one) => [scales.x(one.tokens), scales.y(one.accuracy)]);
    const marks = scale === logarithmic ? decades(low, high) : ticks(low, high, 6);
    const edge = order.map((one, i) => one.on_frontier && places[i]).filter(Boolean);
    put(svg, [
      leftAxis(ticks(...reach, 5), scales.y, { x: area.left, right: area.right, label: (v) => percent(v) }),
      bottomAxis(apart(marks, scales.x, 46), scales.x, { y: area.bottom, name: "tokens a problem", right: area.right, label: (v) => many(Math.round(v)) }),
      order.map((one, i) => (one.on_frontier || one.is_run) && s("line", { class: "whisker", x1: places[i][0], x2: places[i][0], y1: scales.y(one.low), y2: scales.y(one.high) })),
      s("path", { class: "edge", d: path(edge) }),
      order.map((one, i) => spot(one, places[i])),
      s("g", { class: "cursor" }),
    ]);
    if (at >= 0) read(at);
  }

  function spot(one, [x, y]) {
    if (one.is_run) {
      return s("g", {},
        s("path", { class: "run", d: `M${x} ${y - 8}L${x + 8} ${y}L${x} ${y + 8}L${x - 8} ${y}Z` }),
        s("text", { class: "axis-name", x: x + 11, y: y + 4 }, "this run"));
    }
    return s("circle", { class: one.on_frontier ? "spot best" : "spot", cx: x, cy: y, r: one.on_frontier ? 5 : 4 });
  }

  function read(index) {
    at = index;
    const one = order[index];
    const [x, y] = places[index];
    chart.frame.querySelector(".cursor").replaceChildren(
      s("line", { class: "guide", x1: x, x2: x, y1: scales.y(one.low), y2: scales.y(one.high) }),
      s("circle", { class: "ring", cx: x, cy: y, r: 9 }),
    );
    const more = [one.on_frontier && "on the frontier", one.is_run && "this run"].filter(Boolean).join(", ");
    chart.readout.textContent = shown(
      `${one.name}: ${percent(one.accuracy, 1)} (${percent(one.low)} to ${percent(one.high)}) at ${many(one.tokens)} tokens a problem${more && `, ${more}`}`,
    );
  }

  const legend = h("p", { class: "legend muted" },
    sample("spot best", "on the frontier"), sample("spot", "beaten in both"), order.some((one) => one.is_run) && "\u25c6 this run");
  return h("div", {}, legend, chart.node, folded("The same as a table", () => frontierTable(order)));
}

function sample(kind, label) {
  return h("span", {}, s("svg", { width: 12, height: 12, "aria-hidden": "true" }, s("circle", { class: kind, cx: 6, cy: 6, r: 4.5 })), ` ${label}`);
}

/** 1, 2 and 5 times the powers of ten between two ends. */
function decades(low, high) {
  const powers = Array.from({ length: 13 }, (_, i) => 10 ** i);
  return powers.flatMap((power) => [1, 2, 5].map((one) => one * power)).filter((one) => one >= low && one <= high);
}

function closest(places, x, y) {
  let best = 0;
  const far = ([a, b]) => (a - x) ** 2 + (b - y) ** 2;
  places.forEach((place, i) => {
    if (far(place) < far(places[best])) best = i;
  });
  return best;
}

function frontierTable(order) {
  const names = ["rule and selector", "tokens a problem", "accuracy", "95 % interval", ""];
  return h("div", { class: "scroll", tabindex: 0 }, h("table", { class: "plain" },
    h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, order.map((one) => h("tr", {},
      h("th", { scope: "row" }, one.name), h("td", {}, many(one.tokens)), h("td", {}, percent(one.accuracy, 1)),
      h("td", {}, `${percent(one.low)} to ${percent(one.high)}`),
      h("td", {}, [one.on_frontier && "frontier", one.is_run && "this run"].filter(Boolean).join(", ")))))));
}
