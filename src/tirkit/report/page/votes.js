// Votes: a bar of their shares, their table, and how they came in over time.

/** Which fill an answer has: its place among the votes, the last fill for all later ones. */
function ranksOf(line) {
  const places = new Map(line.votes.map((one, i) => [one.answer, Math.min(i, OTHERS)]));
  return (answer) => places.get(answer) ?? OTHERS;
}

/** A bar of shares, in the given order; `parts` are {rank, count}. */
function shareBar(parts, height, label) {
  const total = parts.reduce((sum, one) => sum + one.count, 0) || 1;
  let begun = 0;
  const pieces = parts.map((one) => {
    const piece = s("rect", { x: `${(100 * begun) / total}%`, width: `${(100 * one.count) / total}%`, height, fill: `url(#fill-${one.rank})` });
    begun += one.count;
    return piece;
  });
  return s("svg", { class: "share", height, role: "img", "aria-label": label }, pieces);
}

/** The votes of a problem: bar and table. */
function voteBar(line) {
  const ranks = ranksOf(line);
  const total = line.votes.reduce((sum, one) => sum + one.count, 0);
  if (!total) return h("p", { class: "muted" }, "No attempt gave an admissible answer.");
  const label = line.votes.slice(0, 5).map((one) => `${one.answer}: ${one.count}`).join(", ");
  const row = (one) => h("tr", {},
    h("th", { scope: "row", class: "answer" }, swatch(ranks(one.answer)), " ", clipped(one.answer, 80)),
    h("td", {}, one.correct === null ? NONE : outcomeTag(one.correct ? "right" : "wrong")),
    h("td", { class: "number" }, count(one.count)), h("td", { class: "number" }, percent(one.count / total)),
    h("td", { class: "number" }, isNumber(one.weight) ? one.weight.toPrecision(3) : NONE));
  const names = ["answer", "", "votes", "share", "weight"];
  const table = (votes) => h("div", { class: "scroll" }, h("table", { class: "plain votes" },
    h("thead", {}, h("tr", {}, names.map((name, i) => h("th", { scope: "col", class: i > 1 ? "number" : "" }, name)))),
    h("tbody", {}, votes.map(row))));
  const rest = line.votes.length - OTHERS;
  return h("div", {}, shareBar(line.votes.map((one) => ({ rank: ranks(one.answer), count: one.count })), 26, `Votes: ${label}`),
    table(line.votes.slice(0, OTHERS)),
    rest > 0 && folded(`${counted(rest, "other answer")}`, () => table(line.votes.slice(OTHERS))));
}

const VOTE_AXES = {
  time: ["seconds", (moment) => moment.at],
  tokens: ["tokens of finished attempts", (moment) => moment.tokens],
  attempts: ["finished attempts", (_, i) => i + 1],
};

/** The votes as they came in: a stack that steps at every finished attempt. */
function voteEvolution(line, section) {
  const ranks = ranksOf(line);
  const { moments } = section;
  const stacks = moments.map((moment) => {
    const heights = new Array(HUES).fill(0);
    for (const [answer, votes] of moment.votes) heights[ranks(answer)] += votes;
    return heights;
  });
  let axis = "time";
  let at = -1;
  let scales = null;
  const chart = plot({
    label: "Votes over time. Left and right arrows go from one finished attempt to the next.",
    height: 230,
    draw,
    point: (x) => scales && read(lastBefore(scales.places, scales.x.back(x))),
    step: (key) => {
      const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: moments.length - 1 }[key];
      if (next === undefined) return false;
      read(Math.min(moments.length - 1, Math.max(0, next)));
      return true;
    },
    open: () => at >= 0 && go({ problem: line.key, attempt: moments[at].attempt }),
  });

  function draw(svg, width) {
    const area = { left: 40, right: width - 14, top: 16, bottom: 186 };
    const [name, value] = VOTE_AXES[axis];
    const places = moments.map(value);
    // A little room, so that the last step shows its height.
    const end = 1.02 * Math.max(places[places.length - 1], axis === "time" ? section.settled_at ?? 0 : 0) || 1;
    const top = Math.max(1, ...stacks.map((one) => one.reduce((a, b) => a + b, 0)));
    const x = linear([0, end], [area.left, area.right]);
    const y = linear([0, top], [area.bottom, area.top]);
    scales = { x, y, area, places };
    const whole_ticks = ticks(0, top, 4).filter(Number.isInteger);
    put(svg, [
      leftAxis(whole_ticks, y, { x: area.left, right: area.right, label: count }),
      Array.from({ length: HUES }, (_, rank) => layer(rank, end)),
      bottomAxis(apart(ticks(0, end, 6), x, 44), x, { y: area.bottom, name, right: area.right, label: many }),
      axis === "time" && settledLine(x(section.settled_at), area),
      s("g", { class: "cursor" }),
    ]);
    if (at >= 0) read(at);
  }

  function layer(rank, end) {
    if (!stacks.some((one) => one[rank] > 0)) return null;
    const { x, y, places } = scales;
    const [over, under] = [[], []];
    stacks.forEach((heights, i) => {
      const base = heights.slice(0, rank).reduce((a, b) => a + b, 0);
      const [from, to] = [x(places[i]), x(places[i + 1] ?? end)];
      over.push([from, y(base + heights[rank])], [to, y(base + heights[rank])]);
      under.push([from, y(base)], [to, y(base)]);
    });
    return s("path", { class: "layer", fill: `url(#fill-${rank})`, d: `${path([...over, ...under.reverse()])}Z` });
  }

  function read(index) {
    at = index;
    const moment = moments[index];
    const place = scales.x(scales.places[index]);
    chart.frame.querySelector(".cursor").replaceChildren(
      s("line", { class: "guide", x1: place, x2: place, y1: scales.area.top, y2: scales.area.bottom }));
    const votes = moment.votes.slice(0, 4).map(([answer, number]) => `${clipped(answer, 24)}: ${number}`).join(", ");
    chart.readout.textContent = shown(
      `${seconds(moment.at)}, attempt ${moment.attempt} finished (${index + 1} of ${moments.length}, ${many(moment.tokens)} tokens): ${votes || "no votes yet"}`);
  }

  const pick = choice("Against", Object.entries(VOTE_AXES).map(([key, [name]]) => [key, name]), (value) => {
    axis = value;
    chart.redraw();
  }, { id: "vote-axis" });
  return h("div", {}, h("div", { class: "bar" }, pick), chart.node);
}

function settledLine(x, area) {
  if (!Number.isFinite(x)) return null;
  const left = x > area.left + 70;
  return s("g", { class: "settled" },
    s("line", { x1: x, x2: x, y1: area.top - 8, y2: area.bottom }),
    s("text", { x: left ? x - 5 : x + 5, y: area.top - 2, "text-anchor": left ? "end" : "start" }, "settled"));
}

function lastBefore(places, x) {
  let best = 0;
  places.forEach((place, i) => {
    if (place <= x) best = i;
  });
  return best;
}
