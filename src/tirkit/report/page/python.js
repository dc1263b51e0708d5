// A light colouring of Python: tokens become elements with text in them.

const KEYWORDS = new Set(
  ("False None True and as assert async await break case class continue def del elif else except " +
    "finally for from global if import in is lambda match nonlocal not or pass raise return try " +
    "while with yield").split(" "),
);
const BUILTINS = new Set(
  ("abs all any bin bool bytes chr complex dict divmod enumerate eval exec filter float format " +
    "frozenset getattr hasattr hash hex id input int isinstance iter len list map max min next " +
    "object oct open ord pow print range repr reversed round set setattr slice sorted str sum " +
    "super tuple type zip").split(" "),
);

// Every alternative consumes at least one character and none can backtrack over another's.
const TOKEN = new RegExp(
  [
    "(?<comment>#[^\\n]*)",
    "(?<string>[rRbBfFuU]{0,2}(?:\"\"\"[\\s\\S]*?(?:\"\"\"|$)|'''[\\s\\S]*?(?:'''|$)" +
      "|\"(?:\\\\[\\s\\S]|[^\"\\\\\\n])*\"?|'(?:\\\\[\\s\\S]|[^'\\\\\\n])*'?))",
    "(?<number>\\b(?:0[xXoObB][\\da-fA-F_]+|\\d[\\d_]*(?:\\.[\\d_]*)?(?:[eE][+-]?\\d+)?j?))",
    "(?<name>[\\p{L}_][\\p{L}\\p{N}_]*)",
    "(?<decorator>@[\\w.]+)",
  ].join("|"),
  "gu",
);

function kindOf(groups, before) {
  if (groups.name === undefined) return Object.keys(groups).find((kind) => groups[kind] !== undefined);
  if (KEYWORDS.has(groups.name)) return "keyword";
  if (/\b(?:def|class)\s+$/.test(before)) return "defined";
  return BUILTINS.has(groups.name) ? "builtin" : null;
}

/** Code as a fragment of coloured pieces; its text is the code's own. */
function coloured(code) {
  const made = document.createDocumentFragment();
  const text = shown(code);
  let plain = 0;
  for (const match of text.matchAll(TOKEN)) {
    const kind = kindOf(match.groups, text.slice(Math.max(0, match.index - 12), match.index));
    if (kind === null) continue;
    if (match.index > plain) made.append(text.slice(plain, match.index));
    made.append(h("span", { class: `py-${kind}` }, match[0]));
    plain = match.index + match[0].length;
  }
  made.append(text.slice(plain));
  return made;
}
