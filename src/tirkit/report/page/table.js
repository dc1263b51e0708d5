// Tables people sort, filter and walk with the keyboard; cards on a phone.

const ROWS_AT_ONCE = 200;

/**
 * A table over `rows`.
 *
 * A column is {key, label, value(row), cell(row), number, wide, extra}; `value` is what it is
 * sorted by, null comes last either way; a phone leaves `extra` columns out unless they sort. One
 * cell of a row holds the link that opens it and takes the focus.
 */
function dataTable({ columns, rows, name, open, sort }) {
  const made = new Map();
  let kept = rows;
  let limit = ROWS_AT_ONCE;
  let order = { key: sort, down: false };
  const heads = columns.map((column) => h("th", { scope: "col", role: "columnheader", class: column.number && "number" },
    button([column.label, h("span", { class: "arrow", "aria-hidden": "true" })], () => resort(column.key), { title: column.hint ?? null, "data-sort": column.key })));
  const body = h("tbody", { role: "rowgroup" });
  const table = h("table", { class: "data", role: "table", "aria-label": name },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), body);
  const more = button("", () => {
    limit += ROWS_AT_ONCE;
    refresh();
  }, { class: "more" });
  const select = choice("Sort by", columns.flatMap((one) => [[`${one.key} up`, `${one.label} \u2191`], [`${one.key} down`, `${one.label} \u2193`]]), (value) => {
    const [key, way] = value.split(" ");
    order = { key, down: way === "down" };
    refresh();
  }, { class: "phone-sort" });
  select.classList.add("only-phone");

  function resort(key) {
    const column = columns.find((one) => one.key === key);
    order = { key, down: order.key === key ? !order.down : Boolean(column.number) };
    refresh();
    tell(`Sorted by ${column.label}, ${order.down ? "falling" : "rising"}`);
  }

  function sorted() {
    const { value } = columns.find((one) => one.key === order.key);
    const way = order.down ? -1 : 1;
    const compare = (a, b) => {
      if (a === null || b === null) return (a === null) - (b === null);
      return way * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true }));
    };
    return kept.map((row) => [value(row) ?? null, row]).sort((a, b) => compare(a[0], b[0])).map(([, row]) => row);
  }

  function line(row) {
    if (!made.has(row)) {
      const cells = columns.map((column) => h("td", { role: "cell", class: ["number", "wide", "extra"].filter((one) => column[one]).join(" "), "data-label": column.label }, column.cell(row)));
      const press = (event) => {
        if (!event.target.closest("a, button") && !String(getSelection())) open(row);
      };
      made.set(row, h("tr", { role: "row", onclick: press }, cells));
    }
    return made.get(row);
  }

  function refresh() {
    const all = sorted();
    const sorting = columns.findIndex((one) => one.key === order.key);
    body.replaceChildren(...all.slice(0, limit).map(line));
    for (const row of body.rows) [...row.cells].forEach((cell, i) => cell.classList.toggle("sorting", i === sorting));
    heads.forEach((head, i) => {
      if (i === sorting) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    select.querySelector("select").value = `${order.key} ${order.down ? "down" : "up"}`;
    more.hidden = all.length <= limit;
    more.textContent = `Show ${Math.min(ROWS_AT_ONCE, all.length - limit)} more`;
  }

  refresh();
  return {
    node: h("div", { class: "scroll" }, table, more),
    select,
    show(now) {
      kept = now;
      limit = ROWS_AT_ONCE;
      refresh();
    },
    links: () => [...body.querySelectorAll("a")],
    order: () => sorted(),
  };
}

/** Buttons of which one is pressed; `options` are [value, label, count]. */
function oneOf(name, options, changed) {
  const buttons = options.map(([value, label, number]) => button([label, h("span", { class: "count" }, count(number))], () => {
    buttons.forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.value === value)));
    changed(value);
  }, { "aria-pressed": String(value === options[0][0]), "data-value": value, disabled: number === 0 && value !== options[0][0] }));
  return h("div", { class: "chips", role: "group", "aria-label": name }, buttons);
}

/** Buttons each pressed for itself. */
function anyOf(name, options, changed) {
  const chosen = new Set();
  const one = ([value, label, number]) => button([label, h("span", { class: "count" }, count(number))], (event) => {
    if (!chosen.delete(value)) chosen.add(value);
    event.currentTarget.setAttribute("aria-pressed", String(chosen.has(value)));
    changed(chosen);
  }, { "aria-pressed": "false", "data-value": value, disabled: number === 0 });
  return h("div", { class: "chips", role: "group", "aria-label": name }, options.map(one));
}

function searchBox(label, hint, changed, id) {
  const input = h("input", { type: "search", id, placeholder: hint, "aria-label": label, autocomplete: "off", spellcheck: "false", oninput: () => changed(input.value.trim().toLowerCase()) });
  return input;
}
