// One attempt: its trace, turn by turn.

const PART_NAMES = { thinking: "Thinking", text: "Text", code: "Code", output: "Output", error: "Error", given: "tirkit wrote", note: "Note" };
// Lower ends of the mean probability of a stretch; below the last it is at its least sure.
const SURE_LEVELS = [0.9, 0.75, 0.6, 0.4];
const reading = { shading: false, unfolded: false };

function traceView(line, section, attempt, order, ranks) {
  const turns = attempt.turns.map((turn, i) => turnBlock(turn, i + 1, attempt.turns.length));
  const thoughts = turns.flatMap((one) => one.thoughts);
  const has = (test) => attempt.turns.some((turn) => turn.parts.some(test));
  const place = order.indexOf(attempt.index);
  const target = (index) => (index === undefined ? null : { problem: line.key, attempt: index });
  const [before, after] = [order[place - 1], order[place + 1]];
  const unfold = button("Thinking", (event) => {
    reading.unfolded = !reading.unfolded;
    event.currentTarget.setAttribute("aria-pressed", String(reading.unfolded));
    for (const one of thoughts) reading.unfolded ? one.unfold() : (one.open = false);
  }, { id: "unfold", "aria-pressed": String(reading.unfolded), disabled: !thoughts.length, title: "unfold all thinking" });
  const shade = button("Confidence", (event) => {
    reading.shading = !reading.shading;
    event.currentTarget.setAttribute("aria-pressed", String(reading.shading));
    node.classList.toggle("shading", reading.shading);
  }, { id: "shade", "aria-pressed": String(reading.shading), disabled: !has((part) => part.sure.length > 0), title: "shade text by the probability of its tokens" });
  const node = h("div", { class: `view trace${reading.shading ? " shading" : ""}` },
    crumbs([["Overview", "#"], [line.id, `#p${line.key}`]], `attempt ${attempt.index}`, siblings("attempt", before, after, (index) => `#p${line.key}/a${index}`)),
    h("h2", { tabindex: -1 }, outcomeTag(outcome(attempt), { short: true }), ` Attempt ${attempt.index} `, h("span", { class: "muted" }, `of ${clipped(line.id, 60)}`)),
    attemptFacts(line, attempt, ranks),
    h("div", { class: "bar reader" }, unfold, shade, shadeLegend()),
    h("div", { class: "trace-columns" }, outline(line, attempt), h("div", { class: "turns" }, turns.map((one) => one.node), !turns.length && h("p", { class: "muted" }, "This attempt left no turn."))));
  if (reading.unfolded) thoughts.forEach((one) => one.unfold());
  return { node, title: `${line.id}, attempt ${attempt.index}`, up: { problem: line.key }, before: target(before), after: target(after), links: () => turns.map((one) => one.head) };
}

function attemptFacts(line, attempt, ranks) {
  const kind = outcome(attempt);
  const lanes = attempt.lanes.length > 0 && laneChart(line.key, [attempt], { ranks, settled: null, alone: true, label: "This attempt's time. Left and right arrows go through what it did." });
  return h("div", { class: `verdict ${kind}` },
    h("p", { class: "big" }, attempt.answer === null ? "No answer" : ["Answer ", h("b", { class: "answer" }, swatch(ranks(attempt.answer)), " ", clipped(attempt.answer, 200))], " ", outcomeTag(kind), attempt.killed && [" ", h("span", { class: "tag killed" }, "\u00d7 killed")]),
    kind === "wrong" && line.reference !== null && h("p", {}, "Expected ", h("b", { class: "answer" }, clipped(line.reference, 200))),
    h("p", {}, "Ended: ", attempt.stop_detail || attempt.stop_reason),
    h("p", { class: "muted" }, [
      counted(attempt.turns.length, "turn"), `${many(attempt.sampled)} tokens sampled`, `${many(attempt.given)} given`, counted(attempt.cells, "cell"),
      `${seconds(attempt.seconds)} from ${seconds(attempt.start)}`, isNumber(attempt.sure) && `mean token probability ${percent(chance(attempt.sure), 1)}`,
    ].filter(Boolean).join(" \u00b7 ")),
    lanes, attempt.facts.length > 0 && folded("More about this attempt", () => pairs(attempt.facts), { id: "attempt-facts" }));
}

function outline(line, attempt) {
  const one = (turn, i) => h("li", {}, h("a", { href: `#p${line.key}/a${attempt.index}/t${i + 1}` }, `Turn ${i + 1}`),
    h("span", { class: "muted small" }, ` ${[turn.status, turn.answer && `= ${clipped(turn.answer, 14)}`].filter(Boolean).join(" ") || `${many(turn.tokens)} tokens`}`));
  return h("nav", { class: "outline", "aria-label": "Turns" }, h("ol", {}, attempt.turns.map(one)));
}

function turnBlock(turn, number, all) {
  const thoughts = [];
  const facts = [`${many(turn.tokens)} tokens`, seconds(turn.seconds), turn.status && `code ${turn.status} in ${seconds(turn.code_seconds)}`].filter(Boolean).join(" \u00b7 ");
  const head = h("h3", { tabindex: -1, id: `turn-${number}` }, `Turn ${number}`, h("span", { class: "muted" }, ` of ${all} \u00b7 ${facts}`));
  const parts = turn.parts.map((part) => {
    const piece = partBlock(part);
    if (part.kind === "thinking") thoughts.push(piece);
    return piece;
  });
  const stands = turn.answer !== "" && h("p", { class: "stands" }, "Answer after this turn: ", h("b", { class: "answer" }, clipped(turn.answer, 200)));
  return { node: h("section", { class: "turn", "aria-labelledby": `turn-${number}` }, head, parts, stands), head, thoughts };
}

function partBlock(part) {
  const { kind } = part;
  const label = PART_NAMES[kind] ?? kind;
  if (kind === "thinking") {
    const size = `${count(part.text.length)} characters`;
    return folded([label, h("span", { class: "muted" }, ` ${size} \u00b7 ${clipped(part.text, 70)}`)], () => h("div", { class: "reading" }, shadedText(part)), { class: "part thinking" });
  }
  const body = kind === "text" || kind === "note" || kind === "given"
    ? h("div", { class: "reading" }, shadedText(part))
    : h("pre", { tabindex: 0, role: "region", "aria-label": label }, kind === "code" ? codeText(part) : shown(part.text));
  return h("div", { class: `part ${kind in PART_NAMES ? kind : "note"}` }, h("p", { class: "part-name" }, label), body);
}

function codeText(part) {
  const plain = h("code", { class: "unshaded" }, coloured(part.text));
  return part.sure.length ? [plain, h("code", { class: "shaded" }, shadedText(part))] : h("code", {}, coloured(part.text));
}

function shadedText(part) {
  if (!part.sure.length) return part.text;
  const step = part.text.length / part.sure.length;
  let begun = 0;
  return part.sure.map((sure, i) => {
    let end = i === part.sure.length - 1 ? part.text.length : Math.round(step * (i + 1));
    // A letter of two units is not cut in half.
    if (/[\udc00-\udfff]/.test(part.text[end] ?? "")) end += 1;
    const piece = part.text.slice(begun, Math.max(begun, end));
    begun = Math.max(begun, end);
    const likely = chance(sure);
    const level = likely === null ? 0 : SURE_LEVELS.filter((low) => likely < low).length;
    return piece && h("span", { class: `sure-${level}`, title: likely === null ? null : `tokens here: ${percent(likely)} sure (mean)` }, piece);
  });
}

function shadeLegend() {
  const names = SURE_LEVELS.map((low, i) => [i + 1, `below ${percent(low)}`]);
  return h("span", { class: "legend muted shade-legend" }, "mean probability ", names.map(([level, name]) => h("span", { class: `sure-${level}` }, name)));
}
