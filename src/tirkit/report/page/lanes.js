// Swim lanes: what every attempt did when.

const LANE_NAMES = { generate: "generation", code: "code", queue: "waiting for a kernel" };
const LANE_ORDERS = {
  index: ["number", (one) => one.index],
  start: ["start", (one) => one.start],
  end: ["end", endOf],
  answer: ["answer", (one, ranks) => (one.answer === null ? HUES + one.killed : ranks(one.answer))],
};

/** When an attempt and all it did had ended; code of a killed one may end after it. */
function endOf(one) {
  return Math.max(one.start + one.seconds, ...one.lanes.slice(-1).map((lane) => lane.start + lane.seconds));
}

/** The lanes of `attempts`; `settled` is when the verdict stood, or null to leave that out. */
function laneChart(key, attempts, { ranks, settled, label, alone = false }) {
  const row = alone ? 26 : attempts.length <= 24 ? 19 : attempts.length <= 96 ? 14 : 8;
  const top = alone ? 4 : 18;
  const bottom = top + row * attempts.length;
  const begin = alone ? attempts[0].start : 0;
  const end = Math.max(begin + 0.001, ...attempts.map(endOf));
  let order = attempts;
  let at = -1;
  let piece = -1;
  let scale = null;
  let area = null;
  const chart = plot({
    label,
    height: bottom + 38,
    draw,
    point: (x, y) => {
      const under = Math.floor((y - top) / row);
      if (!scale || under < 0 || under >= order.length) return;
      const time = scale.back(x);
      read(under, order[under].lanes.findIndex((one) => one.start <= time && time < one.start + one.seconds));
    },
    step,
    open: alone ? null : () => at >= 0 && go({ problem: key, attempt: order[at].index }),
  });

  function step(pressed) {
    const here = order[Math.max(0, at)];
    if (pressed === "ArrowDown" && !alone) return read(Math.min(order.length - 1, at + 1), -1);
    if (pressed === "ArrowUp" && !alone) return read(Math.max(0, at - 1), -1);
    if (pressed === "ArrowRight") return read(Math.max(0, at), Math.min(here.lanes.length - 1, piece + 1));
    if (pressed === "ArrowLeft") return read(Math.max(0, at), Math.max(0, piece - 1));
    return false;
  }

  function draw(svg, width) {
    const side = alone ? 8 : width < 560 ? 54 : 110;
    area = { left: alone ? 4 : 34, right: width - side, top, bottom };
    scale = linear([begin, end], [area.left, area.right]);
    put(svg, [
      s("g", { class: "cursor" }),
      s("path", { class: "life", d: order.map((one, i) => `M${scale(one.start).toFixed(1)} ${middle(i)}H${scale(one.start + one.seconds).toFixed(1)}`).join("") }),
      Object.keys(LANE_NAMES).map((kind) => [false, true].map((killed) => blocks(kind, killed))),
      alone ? null : order.map(ends),
      bottomAxis(apart(ticks(begin, end, width < 560 ? 4 : 8), scale, 44), scale, { y: bottom, name: "seconds", right: area.right, label: many }),
      settled !== null && settledLine(scale(settled), area),
    ]);
    if (at >= 0) read(at, piece);
  }

  function middle(i) {
    return top + row * (i + 0.5);
  }

  function blocks(kind, killed) {
    const thick = row * (kind === "code" ? 0.82 : 0.6);
    const pieces = order.flatMap((one, i) => (Boolean(one.killed) === killed ? one.lanes.filter((lane) => lane.kind === kind).map((lane) => {
      const [from, to] = [scale(lane.start), scale(lane.start + lane.seconds)];
      return `M${from.toFixed(1)} ${(middle(i) - thick / 2).toFixed(1)}h${Math.max(0.8, to - from).toFixed(1)}v${thick.toFixed(1)}H${from.toFixed(1)}z`;
    }) : []));
    return pieces.length ? s("path", { class: `lane ${kind}${killed ? " killed" : ""}`, d: pieces.join("") }) : null;
  }

  function ends(one, i) {
    const kind = outcome(one);
    const sign = one.killed ? "\u00d7" : OUTCOMES[kind][0];
    const named = row >= 14 || i % 5 === 0;
    const answer = area.right > 0 && one.answer !== null && row >= 14 ? ` ${clipped(one.answer, scale.back && area.right > 400 ? 12 : 5)}` : "";
    return [
      named && s("text", { class: "lane-name", x: area.left - 6, y: middle(i) + 4, "text-anchor": "end" }, String(one.index)),
      s("text", { class: `lane-end ${one.killed ? "killed" : kind}`, x: scale(endOf(one)) + 4, y: middle(i) + 4 }, row >= 14 ? `${sign}${answer}` : sign),
    ];
  }

  function read(index, lane) {
    at = index;
    piece = lane;
    const one = order[index];
    const held = one.lanes[lane];
    const marks = alone ? [] : [s("rect", { class: "row", x: 0, width: area.right + 200, y: middle(index) - row / 2, height: row })];
    if (held) marks.push(s("rect", { class: "held", x: scale(held.start) - 1.5, width: Math.max(1, scale(held.start + held.seconds) - scale(held.start)) + 3, y: middle(index) - row / 2, height: row }));
    chart.frame.querySelector(".cursor").replaceChildren(...marks);
    const what = held ? `${LANE_NAMES[held.kind] ?? held.kind} from ${seconds(held.start)} to ${seconds(held.start + held.seconds)} (${seconds(held.seconds)})` : `from ${seconds(one.start)} to ${seconds(one.start + one.seconds)}`;
    const came = one.answer === null ? one.stop_reason : `${clipped(one.answer, 30)}, ${OUTCOMES[outcome(one)][1]}`;
    chart.readout.textContent = shown(`Attempt ${one.index}: ${what}; ${one.killed ? "killed, " : ""}${came}`);
    return true;
  }

  const sorted = choice("Order by", Object.entries(LANE_ORDERS).map(([name, [text]]) => [name, text]), (value) => {
    const by = LANE_ORDERS[value][1];
    order = [...attempts].sort((a, b) => by(a, ranks) - by(b, ranks) || a.index - b.index);
    at = piece = -1;
    chart.redraw();
  }, { id: "lane-order" });
  return h("div", {}, h("div", { class: "bar" }, laneLegend(alone), !alone && sorted), chart.node);
}

function laneLegend(alone) {
  const one = (kind, label) => h("span", {}, s("svg", { width: 18, height: 12, "aria-hidden": "true" },
    s("rect", { class: `lane ${kind}`, y: kind.startsWith("code") ? 0 : 2, width: 18, height: kind.startsWith("code") ? 12 : 8 })), ` ${label}`);
  return h("span", { class: "legend muted" }, one("generate", "generation"), one("code", "code"), one("queue", "queue"),
    !alone && one("generate killed", "killed \u00d7"));
}
