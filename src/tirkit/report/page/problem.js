// A problem: its question, its verdict, its votes, its attempts.

function problemView(summary, line, section) {
  const ranks = ranksOf(line);
  const list = attemptList(line, section, ranks);
  const settled = isNumber(section.settled_at) ? section.settled_at : null;
  const place = summary.problems.indexOf(line);
  const shape = [
    panel("Question", null, h("div", { class: "reading question" }, section.text),
      section.metadata.length > 0 && folded("About this problem", () => pairs(section.metadata)),
      section.prompt !== "" && folded("The prompt as the first attempt saw it", () => h("pre", { class: "scroll tall", tabindex: 0 }, section.prompt), { id: "prompt" })),
    h("div", { class: "columns" }, panel("Votes", null, voteBar(line)),
      section.moments.length > 0 && panel("Votes over time", null, voteEvolution(line, section))),
    section.attempts.length > 0 && panel("Attempts over time", null, laneChart(line.key, section.attempts, {
      ranks, settled, label: "Attempts over time. Up and down arrows go through attempts, left and right through what they did, Enter opens one." })),
    panel("Attempts", null, list.node),
  ];
  const node = h("div", { class: "view" },
    crumbs([["Overview", "#"]], line.id, siblings("problem", summary.problems[place - 1], summary.problems[place + 1], (one) => `#p${one.key}`)),
    h("h2", { tabindex: -1 }, outcomeTag(outcome(line), { short: true }), " ", clipped(line.id, 120) || `problem ${line.key + 1}`),
    verdictFacts(line, section), shape);
  return {
    node, title: line.id, up: {}, links: list.links, search: list.search, order: list.order,
    before: place > 0 ? { problem: summary.problems[place - 1].key } : null,
    after: place < summary.problems.length - 1 ? { problem: summary.problems[place + 1].key } : null,
  };
}

function verdictFacts(line, section) {
  const kind = outcome(line);
  return h("div", { class: `verdict ${kind}` },
    h("p", { class: "big" }, line.answer === null ? "No answer" : ["Answer ", h("b", { class: "answer" }, clipped(line.answer, 200))], " ", outcomeTag(kind)),
    line.reference !== null && line.correct !== true && h("p", {}, "Expected ", h("b", { class: "answer" }, clipped(line.reference, 200))),
    section.verdict !== "" && h("p", {}, section.verdict),
    h("p", { class: "muted" }, [
      `${counted(line.attempts, "attempt")}, ${line.finished} finished`,
      `${many(line.tokens)} tokens`, counted(line.cells, "cell"), seconds(line.seconds),
      section.domain !== "" && `admissible: ${section.domain}`,
    ].filter(Boolean).join(" \u00b7 ")));
}

/** The way back, and what stands before and after. */
function crumbs(steps, here, besides) {
  return h("nav", { class: "crumbs", "aria-label": "Where this is" },
    h("span", { class: "path" }, steps.map(([name, href]) => [h("a", { href }, clipped(name, 40)), h("span", { "aria-hidden": "true" }, " \u203a ")]), h("span", { "aria-current": "page" }, clipped(here, 40))),
    besides);
}

function siblings(what, before, after, address) {
  const one = (target, label, sign, id) => (target === undefined || target === null
    ? h("span", { class: "sibling none", "aria-hidden": "true" }, sign)
    : h("a", { class: "sibling", id, href: address(target), "aria-label": `${label} ${what}` }, sign));
  return h("span", { class: "siblings" }, one(before, "previous", "\u2190", "previous"), h("span", { class: "muted" }, what), one(after, "next", "\u2192", "next"));
}
