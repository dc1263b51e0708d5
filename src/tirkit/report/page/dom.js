// Elements are made from text alone: nothing of a record is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

// Control characters, direction marks, invisible ones and halves of surrogate pairs.
const UNSEEN = new RegExp(
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f" +
    "\\u2028-\\u202e\\u2060-\\u206f\\ud800-\\udfff\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]",
  "gu",
);

/** Text with every character that has no shape of its own made visible. */
function shown(text) {
  return String(text ?? "")
    .replaceAll("\r\n", "\n")
    .replace(UNSEEN, (mark) => {
      const code = mark.codePointAt(0);
      if (code < 0x20) return String.fromCodePoint(0x2400 + code);
      if (code === 0x7f) return "\u2421";
      return `\u2039U+${code.toString(16).toUpperCase().padStart(4, "0")}\u203a`;
    });
}

/** The beginning of a text as one line. */
function clipped(text, most) {
  const line = String(text ?? "").slice(0, most * 4).replace(/\s+/g, " ").trim();
  const letters = Array.from(line);
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}\u2026` : line;
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "css") for (const [key, one] of Object.entries(value)) node.style.setProperty(key, one);
    else if (name === "href" && !String(value).startsWith("#")) throw new Error("a link leaves the page");
    else node.setAttribute(name, value === true ? "" : shown(value));
  }
  put(node, children);
  return node;
}

function put(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) put(node, child);
    else node.append(child instanceof Node ? child : shown(child));
  }
}

/** An HTML element; strings among the children become text. */
function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element. */
function s(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function byId(id) {
  return document.getElementById(id);
}

function button(label, press, props = {}) {
  return h("button", { type: "button", onclick: press, ...props }, label);
}

/** A labelled choice; `options` are [value, label]. */
function choice(label, options, changed, props = {}) {
  const select = h(
    "select",
    { onchange: () => changed(select.value), ...props },
    options.map(([value, name]) => h("option", { value }, name)),
  );
  return h("label", { class: "choice" }, h("span", {}, label), select);
}

/** A folded piece whose content is made when it is first opened. */
function folded(summary, make, props = {}) {
  const details = h("details", props, h("summary", {}, summary));
  let made = false;
  const open = () => {
    if (made || !details.open) return;
    made = true;
    put(details, [make()]);
  };
  details.addEventListener("toggle", open);
  details.unfold = () => {
    details.open = true;
    open();
  };
  return details;
}

/** Names and values as a description list. */
function pairs(list, props = {}) {
  return h("dl", { class: "pairs", ...props }, list.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

/** Says something to a screen reader. */
function tell(text) {
  byId("news").textContent = shown(text);
}
