// The list of a problem's attempts, with filters and a search through their traces.

const ANSWERS_LISTED = 60;

function attemptColumns(key, ranks) {
  const number = (name, label, text = many, extra = true) => ({ key: name, label, number: true, extra, value: (one) => one[name], cell: (one) => text(one[name]) });
  return [
    { key: "index", label: "Attempt", value: (one) => one.index, cell: (one) => h("a", { href: `#p${key}/a${one.index}` }, `#${one.index}`) },
    { key: "outcome", label: "Result", value: (one) => Object.keys(OUTCOMES).indexOf(outcome(one)), cell: (one) => outcomeTag(outcome(one)) },
    { key: "answer", label: "Answer", wide: true, value: (one) => one.answer, cell: (one) => (one.answer === null ? NONE : h("span", { class: "answer" }, swatch(ranks(one.answer)), " ", clipped(one.answer, 60))) },
    { key: "stop_reason", label: "Ended", value: (one) => one.stop_reason, cell: (one) => [one.killed && h("span", { class: "tag killed" }, "\u00d7 killed"), " ", h("span", { class: "small" }, one.stop_reason)] },
    { key: "turns", label: "Turns", number: true, extra: true, value: (one) => one.turns.length, cell: (one) => count(one.turns.length) },
    number("sampled", "Tokens", many, false),
    number("cells", "Cells"),
    number("start", "Began", seconds),
    number("seconds", "Time", seconds, false),
    { key: "sure", label: "Sure", number: true, extra: true, hint: "geometric mean of its tokens' probabilities", value: (one) => one.sure, cell: (one) => percent(chance(one.sure), 1) },
  ];
}

/** Whether a trace says `words` anywhere (both in lower case). */
function traceSays(attempt, words) {
  return attempt.turns.some((turn) => turn.parts.some((part) => part.text.toLowerCase().includes(words)));
}

function attemptList(line, section, ranks) {
  const { attempts } = section;
  const state = { outcome: "all", answer: "", reason: "", killed: new Set(), words: "" };
  const found = h("p", { class: "found muted", role: "status" });
  const table = dataTable({ columns: attemptColumns(line.key, ranks), rows: attempts, name: "Attempts", open: (one) => go({ problem: line.key, attempt: one.index }), sort: "index" });
  const said = (one) => !state.words || `${one.answer ?? ""}\n${one.stop_reason}\n${one.stop_detail}`.toLowerCase().includes(state.words) || traceSays(one, state.words);
  const filter = () => {
    const kept = attempts.filter((one) =>
      (state.outcome === "all" || outcome(one) === state.outcome) &&
      (state.answer === "" || `=${one.answer ?? ""}` === state.answer) &&
      (state.reason === "" || one.stop_reason === state.reason) &&
      (!state.killed.size || one.killed) && said(one));
    found.textContent = `${kept.length} of ${counted(attempts.length, "attempt")}`;
    table.show(kept);
  };
  const set = (name) => (value) => {
    state[name] = value;
    filter();
  };
  const number = (test) => attempts.filter(test).length;
  const kinds = Object.entries(OUTCOMES).map(([kind, [, word]]) => [kind, word, number((one) => outcome(one) === kind)]);
  const search = searchBox("Search the traces of all attempts", "Search in traces", set("words"), "search");
  const bar = h("div", { class: "bar" }, search,
    oneOf("Outcome", [["all", "all", attempts.length], ...kinds], set("outcome")),
    anyOf("Having", [["killed", "killed", number((one) => one.killed)]], set("killed")),
    choice("Answer", [["", "any"], ...tallied(attempts.map((one) => one.answer).filter((one) => one !== null)).map(([one, times]) => [`=${one}`, `${clipped(one, 30)} (${times})`])], set("answer"), { id: "by-answer" }),
    choice("Ended", [["", "any"], ...tallied(attempts.map((one) => one.stop_reason)).map(([one, times]) => [one, `${one} (${times})`])], set("reason"), { id: "by-reason" }),
    table.select, found);
  filter();
  return { node: h("div", {}, bar, table.node), links: table.links, search, order: () => table.order().map((one) => one.index) };
}

/** Distinct values with how often they stand in the list, the most frequent first. */
function tallied(values) {
  const times = new Map();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return [...times].sort((a, b) => b[1] - a[1]).slice(0, ANSWERS_LISTED);
}
