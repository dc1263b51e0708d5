// The first view: the run's figures and drawings, and the table of problems.

const WITH = {
  errors: ["with errors", (one) => one.errors > 0],
  timeouts: ["with timeouts", (one) => one.timeouts > 0],
  killed: ["with killed attempts", (one) => one.attempts > one.finished],
};

function overviewView(summary) {
  const problems = problemTable(summary.problems);
  const node = h("div", { class: "view overview" },
    h("h2", { class: "unseen", tabindex: -1 }, "Overview"),
    figureCards(summary.figures),
    summary.notes.length > 0 && h("aside", { class: "notes", "aria-label": "Notes" }, h("ul", {}, summary.notes.map((note) => h("li", {}, note)))),
    runFacts(summary),
    summary.curves.length + summary.frontier.length > 0 && h("div", { class: "columns" },
      summary.curves.length > 0 && panel("Accuracy against attempts", "What each way to choose makes of k attempts; bands are 95 % intervals.", curveChart(summary.curves)),
      summary.frontier.length > 0 && panel("Frontier of stop rules", "What other rules would have made of the same attempts.", frontierChart(summary.frontier))),
    h("section", { class: "panel", "aria-labelledby": "problems-title" }, h("h3", { id: "problems-title" }, "Problems"), problems.node));
  return { node, title: null, links: problems.links, search: problems.search, order: problems.order };
}

function panel(title, note, ...content) {
  return h("section", { class: "panel" }, h("h3", {}, title), note && h("p", { class: "muted" }, note), content);
}

function figureCards(figures) {
  if (!figures.length) return null;
  const card = (one) => h("div", { class: "figure" },
    h("dt", {}, one.name),
    h("dd", {}, h("b", {}, one.value), one.low !== "" && h("span", { class: "muted" }, `95 %: ${one.low} to ${one.high}`)));
  const told = figures.filter((one) => one.note !== "");
  return h("section", { class: "panel", "aria-label": "Figures" }, h("dl", { class: "figures" }, figures.map(card)),
    told.length > 0 && folded("What the figures mean", () => pairs(told.map((one) => [one.name, one.note])), { id: "figure-notes" }));
}

function runFacts(summary) {
  const first = summary.facts.slice(0, 3).map(([, value]) => clipped(value, 48)).join(" \u00b7 ");
  const settings = summary.settings.length > 0 && folded(`Settings (${summary.settings.length})`, () => pairs(summary.settings, { class: "pairs mono" }), { id: "settings" });
  return folded(["The run ", h("span", { class: "muted" }, first)], () => h("div", {}, pairs(summary.facts), settings), { class: "panel", id: "facts" });
}

function problemTable(problems) {
  const state = { outcome: "all", having: new Set(), words: "" };
  const texts = new Map(problems.map((one) => [one, [one.id, one.text, one.answer ?? "", one.reference ?? ""].join("\n").toLowerCase()]));
  const found = h("p", { class: "found muted", role: "status" });
  const table = dataTable({ columns: problemColumns(), rows: problems, name: "Problems", open: (one) => go({ problem: one.key }), sort: "place" });
  const filter = () => {
    const kept = problems.filter((one) =>
      (state.outcome === "all" || outcome(one) === state.outcome) &&
      [...state.having].every((name) => WITH[name][1](one)) &&
      texts.get(one).includes(state.words));
    found.textContent = `${kept.length} of ${counted(problems.length, "problem")}`;
    table.show(kept);
  };
  const number = (test) => problems.filter(test).length;
  const search = searchBox("Search problems by name, text or answer", "Search name, text, answer", (words) => {
    state.words = words;
    filter();
  }, "search");
  const outcomes = oneOf("Outcome", [["all", "all", problems.length], ...Object.entries(OUTCOMES).map(([kind, [, word]]) => [kind, word, number((one) => outcome(one) === kind)])], (value) => {
    state.outcome = value;
    filter();
  });
  const having = anyOf("Having", Object.entries(WITH).map(([name, [label, test]]) => [name, label, number(test)]), (chosen) => {
    state.having = chosen;
    filter();
  });
  filter();
  const node = h("div", {}, h("div", { class: "bar" }, search, outcomes, having, table.select, found), table.node);
  return { node, search, links: table.links, order: () => table.order().map((one) => one.key) };
}

function problemColumns() {
  const number = (key, label, text = many, hint = null, extra = true) => ({ key, label, number: true, extra, hint, value: (one) => one[key], cell: (one) => text(one[key]) });
  return [
    { key: "place", label: "#", number: true, extra: true, hint: "place in the run", value: (one) => one.key, cell: (one) => count(one.key + 1) },
    { key: "outcome", label: "Result", value: (one) => Object.keys(OUTCOMES).indexOf(outcome(one)), cell: (one) => outcomeTag(outcome(one)) },
    { key: "id", label: "Problem", wide: true, value: (one) => one.id, cell: problemName },
    { key: "answer", label: "Answer", value: (one) => one.answer, cell: answerCell },
    { key: "confidence", label: "Votes", hint: "the winner's share of the vote weight", value: (one) => one.confidence, cell: votesCell },
    { key: "right", label: "Right", number: true, hint: "attempts with the right answer, of those that finished", value: (one) => (one.right === null ? null : one.right / Math.max(1, one.finished)), cell: (one) => (one.right === null ? `${NONE}/${one.finished}` : `${one.right}/${one.finished}`) },
    number("silent", "Silent", many, "finished attempts without an answer"),
    number("attempts", "Attempts"),
    number("tokens", "Tokens", many, "sampled, wasted ones included", false),
    number("saved_tokens", "Saved", many, "tokens saved by stopping early, estimated"),
    number("cells", "Cells", many, "code runs"),
    number("errors", "Errors", many, "cells that raised"),
    number("timeouts", "Timeouts", many, "cells whose deadline passed"),
    number("seconds", "Time", seconds, null, false),
    { key: "stop_reason", label: "Settled by", extra: true, value: (one) => one.stop_reason, cell: (one) => h("span", { class: "small" }, clipped(one.stop_reason, 60)) },
  ];
}

function problemName(one) {
  return [h("a", { href: `#p${one.key}` }, clipped(one.id, 60) || `problem ${one.key + 1}`), h("span", { class: "begin muted" }, clipped(one.text, 160))];
}

function answerCell(one) {
  const differs = one.correct !== true && one.reference !== null;
  return h("span", { class: "given" }, h("span", { class: "answer" }, one.answer === null ? NONE : clipped(one.answer, 40)),
    differs && h("span", { class: "muted small" }, "expected ", h("span", { class: "answer" }, clipped(one.reference, 40))));
}

function votesCell(one) {
  if (!one.votes.length) return NONE;
  const parts = one.votes.slice(0, OTHERS).map((vote, i) => ({ rank: i, count: vote.count }));
  const rest = one.votes.slice(OTHERS).reduce((sum, vote) => sum + vote.count, 0);
  if (rest) parts.push({ rank: OTHERS, count: rest });
  const label = one.votes.slice(0, 3).map((vote) => `${clipped(vote.answer, 20)}: ${vote.count}`).join(", ");
  return h("span", { class: "mini" }, shareBar(parts, 10, `Votes: ${label}`), h("span", { class: "number" }, percent(one.confidence)));
}
