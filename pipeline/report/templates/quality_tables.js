// The tables of the page: cells that lead to the issues they count, and the agencies in the order of a column.
const NO_FILTER = Object.fromEntries(FILTERS.map((name) => [name, ""]));

// The contents of a node as a link to the issues of a selection, such as `agency=50010000&severity=error`.
const linkTo = (node, find, title) => {
  const link = linkOf(addressOf({ ...NO_FILTER, ...Object.fromEntries(new URLSearchParams(find)) }), ...node.childNodes);
  link.className = "find";
  link.dataset.find = find;
  if (title) link.title = title;
  node.append(link);
};

const linkTables = (all) => {
  for (const node of document.querySelectorAll("[data-find]")) linkTo(node, node.dataset.find);
  const heat = document.querySelector("table.heat");
  if (!heat) return;
  const counts = new Map();
  const add = (key) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const e of all) {
    if (e.field === null) continue;
    add(e.field);
    if (e.project.agency) add(`${e.project.agency} ${e.field}`);
  }
  const link = (cell, key, find) => {
    const n = counts.get(key);
    if (n) linkTo(cell, String(new URLSearchParams(find)), `ประเด็น · issues: ${count(n)}`);
  };
  const [heads] = heat.tHead.rows;
  const fields = [...heads.cells].map((cell) => cell.dataset.field);
  for (const cell of heads.cells) link(cell.firstElementChild, cell.dataset.field, { field: cell.dataset.field });
  for (const row of heat.tBodies[0].rows) {
    const { agency } = row.dataset;
    [...row.cells].forEach((cell, i) => link(cell, `${agency} ${fields[i]}`, { agency, field: fields[i] }));
  }
};

// Makes the headings buttons; gives the function that puts the rows into the order of the address.
const sortable = (table, onSort) => {
  const rows = [...table.tBodies[0].rows];
  const heads = [...table.tHead.rows[0].cells];
  const names = new Intl.Collator("th");
  const valueOf = (cell) => {
    const said = cell.dataset.value ?? cell.textContent;
    return cell.tagName === "TH" ? said.trim() : /\d/.test(said) ? Number(said.replaceAll(",", "")) : null;
  };
  const wayOf = (key) => ({ [key]: 1, ["-" + key]: -1 })[chosen.get("order")] ?? 0;
  for (const head of heads) {
    const key = head.dataset.order;
    const arrow = make("span", "arrow");
    arrow.setAttribute("aria-hidden", "true");
    const button = make("button", "head", ...head.childNodes, arrow);
    // Names begin with the first, numbers with the largest.
    button.addEventListener("click", () => {
      const first = key === "name" ? 1 : -1;
      choose("order", (wayOf(key) === first ? -first : first) > 0 ? key : "-" + key);
      onSort();
    });
    head.append(button);
  }
  return () => {
    let shownRows = rows;
    heads.forEach((head, i) => {
      const way = wayOf(head.dataset.order);
      head.querySelector(".arrow").textContent = { 1: " ▲", 0: "", [-1]: " ▼" }[way];
      if (way) head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
      if (!way) return;
      const values = new Map(rows.map((row) => [row, valueOf(row.cells[i])]));
      shownRows = [...rows].sort((a, b) => {
        const [x, y] = [values.get(a), values.get(b)];
        return (x === null) - (y === null) || (x === null ? 0 : way * (typeof x === "string" ? names.compare(x, y) : x - y));
      });
    });
    table.tBodies[0].replaceChildren(...shownRows);
  };
};

// The fields of all agencies as the page has them, or those of the agency in the address; gives the function that draws them.
const makeFieldTable = (fields, agencyName) => {
  const select = byId("field-agency");
  select.append(...[...fields.keys()].sort().map((code) => optionOf(code, agencyName(code))));
  const overall = [...byId("field-table").tBodies[0].rows].map((row) => [row, [...row.cells].map((td) => [...td.childNodes])]);
  const draw = () => {
    select.value = chosen.get("fields") ?? "";
    const counts = fields.get(select.value);
    for (const [row, cells] of overall) {
      if (!counts) {
        [...row.cells].forEach((td, i) => td.replaceChildren(...cells[i]));
        continue;
      }
      const [given, empty, notSet, absent, unreadable, distinct] = counts.get(row.dataset.field) ?? [0, 0, 0, 0, 0, 0];
      const total = given + empty + notSet + absent;
      row.cells[1].replaceChildren(total ? ((100 * given) / total).toFixed(1) + "%" : "–");
      row.cells[2].replaceChildren(bar([["given", given], ["empty", empty], ["not-set", notSet], ["absent", absent]], total,
        `${given} given, ${empty} empty, ${notSet} not set, ${absent} absent`));
      row.cells[3].replaceChildren(String(distinct));
      row.cells[4].replaceChildren(unreadable && given ? `${unreadable} (${((100 * unreadable) / given).toFixed(1)}%)` : "0");
      row.cells[5].replaceChildren("–");
    }
  };
  select.addEventListener("input", () => {
    choose("fields", select.value);
    draw();
  });
  return draw;
};
