// Draws the page's issues and its controls.
const PAGE = 50;
const TAGS = { error: "ผิดพลาด", warning: "เตือน", info: "สังเกต" };
const FILTERS = ["q", "severity", "code", "agency", "year", "by", "new"];

// A jump inside the page must not delete the choices after the #.
document.querySelector("nav").addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (!link) return;
  event.preventDefault();
  const target = document.querySelector(link.getAttribute("href"));
  target.scrollIntoView();
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
});

const start = (data) => {
  const { all, rules, agencies, fields } = data;
  const option = (select, value, text) => {
    const node = make("option", "", text);
    node.value = value;
    byId(select).append(node);
  };
  const used = new Set(all.map((e) => e.rule));
  for (const rule of rules) if (used.has(rule)) option("code", rule.code, rule.th + " · " + rule.code);
  const agencyName = (code) => (agencies.get(code) ?? "") + " " + (code || "–");
  for (const code of [...new Set(all.map((e) => e.project.agency))].sort()) {
    option("agency", code || "-", agencyName(code));
  }
  for (const year of [...new Set(all.map((e) => e.project.year))].sort()) {
    option("year", year === null ? "-" : String(year), year === null ? "– ไม่ทราบ · unknown" : String(year));
  }

  const card = (e) => {
    const who = make("p", "who");
    if (e.isNew && data.hasPrevious) who.append(make("span", "tag isnew", ...inTwo("ใหม่", "new")), " ");
    if (e.project.isInvented) who.append(make("span", "tag invented", ...inTwo("สมมติ", "invented")), " ");
    if (e.project.name !== null) who.append(shown(e.project.name), " ");
    who.append(make("code", "", shown(e.project.id ?? "–")));
    const node = make("article", "issue", who);
    if (byId("by").value !== "code") node.append(make("p", "", ...inTwo(e.rule.th, e.rule.en)));
    if (e.label !== null) node.append(make("p", "", ...inTwo("ป้าย", "Label"), ": ", shown(e.label)));
    if (e.raw !== null) node.append(make("span", "raw", shown(e.raw)));
    const message = make("p", "why", ...inTwo(shown(inThai(e)), shown(e.message)));
    const links = make("p", "links");
    links.append(...[webLink(e.project.url, ...inTwo("เปิดหน้าบนเว็บไซต์", "Open the live page"))].filter(Boolean));
    if (e.project.id !== null) {
      const link = make("a", "", ...inTwo("ดูโครงการ", "Explore the project"));
      link.href = "explorer.html#" + new URLSearchParams({ project: e.project.id });
      links.append(link);
    }
    if (e.project.command) links.append(make("code", "command", shown(e.project.command)));
    if (e.seen) links.append(make("span", "quiet", ...inTwo("พบครั้งแรก", "first seen"), " " + e.seen.slice(0, 10)));
    node.append(message, links);
    return node;
  };

  const heading = (by, key, list, longest) => {
    const worst = worstOf(list);
    const title = {
      code: () => inTwo(list[0].rule.th, list[0].rule.en).concat(" ", make("code", "quiet", key)),
      severity: () => [],
      agency: () => [shown(agencyName(key === "-" ? null : key))],
      year: () => [key === "-" ? "–" : key],
    }[by]();
    const parts = SEVERITIES.map((severity) => [severity, list.filter((e) => e.rule.severity === severity).length]);
    return make("summary", "", make("b", "", list.length.toLocaleString("en")), " ",
      make("span", "tag " + worst, ...inTwo(TAGS[worst], worst)), " ", make("span", "title", ...title),
      bar(parts, longest, String(list.length)));
  };

  const group = (by, key, list, longest) => {
    const body = make("div", "body");
    const node = make("details", "group", heading(by, key, list, longest), body);
    let drawn = 0;
    const more = make("button", "more", ...inTwo("แสดงเพิ่ม", "Show more"));
    more.type = "button";
    const rest = make("p", "rest");
    const draw = () => {
      more.remove();
      rest.remove();
      body.append(...list.slice(drawn, drawn + PAGE).map(card));
      drawn += PAGE;
      if (drawn >= list.length) return;
      const left = (list.length - drawn).toLocaleString("en");
      rest.replaceChildren(...inTwo(`และอีก ${left} รายการใน quality_issues.parquet`, `and ${left} more in quality_issues.parquet`));
      body.append(more, rest);
    };
    more.addEventListener("click", draw);
    const fill = () => {
      if (!node.open || drawn) return;
      if (by === "code") {
        const th = make("p", "beside", list[0].rule.adviceTh);
        const en = make("p", "beside", list[0].rule.adviceEn);
        th.lang = "th";
        en.lang = "en";
        body.append(make("div", "advice", th, en));
      }
      draw();
    };
    node.addEventListener("toggle", fill);
    fillers.push(fill);
    return node;
  };

  const value = (name) => (name === "new" ? (byId("new").checked ? "1" : "") : byId(name).value);
  let found = all;
  let fillers = [];
  const refresh = () => {
    found = matching(data, value);
    const by = value("by");
    const groups = grouped(found, by);
    fillers = [];
    const longest = Math.max(0, ...groups.map(([, list]) => list.length));
    byId("groups").replaceChildren(...groups.map(([key, list]) => group(by, key, list, longest)));
    if (groups.length === 1) byId("groups").firstChild.open = true;
    byId("found").replaceChildren(...inTwo(
      `พบ ${found.length.toLocaleString("en")} จาก ${all.length.toLocaleString("en")} รายการ`,
      `${found.length.toLocaleString("en")} of ${all.length.toLocaleString("en")} issues`));
  };
  const restore = () => {
    for (const name of FILTERS) {
      const wanted = chosen.get(name);
      if (name === "new") byId("new").checked = wanted === "1";
      else if (wanted !== null) byId(name).value = wanted;
      if (byId(name).value === "" && name === "by") byId("by").value = "code";
    }
  };
  let timer;
  byId("tools").addEventListener("input", (event) => {
    choose(event.target.id, event.target.id === "by" && value("by") === "code" ? "" : value(event.target.id));
    clearTimeout(timer);
    timer = setTimeout(refresh, event.target.id === "q" ? 150 : 0);
  });
  byId("tools").addEventListener("reset", () => setTimeout(() => {
    for (const name of FILTERS) choose(name, "");
    refresh();
  }));
  byId("tools").addEventListener("submit", (event) => event.preventDefault());

  const said = (th, en) => byId("found").replaceChildren(...inTwo(th, en));
  byId("copy").addEventListener("click", async () => {
    await copy(csvOf(found));
    said(`คัดลอกแล้ว ${found.length} รายการ`, `${found.length} issues copied`);
  });
  byId("save").addEventListener("click", () => saveCsv("bma-projects-issues.csv", csvOf(found)));

  // The fields of one agency.
  for (const code of [...fields.keys()].sort()) option("field-agency", code, agencyName(code));
  const overall = [...byId("field-table").tBodies[0].rows].map((row) => [row, [...row.cells].map((td) => [...td.childNodes])]);
  byId("field-agency").addEventListener("input", () => {
    const counts = fields.get(byId("field-agency").value);
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
  });

  byId("tools").classList.remove("hidden");
  byId("field-tools").classList.remove("hidden");
  restore();
  refresh();
  // The toggle event comes too late for the printer, so the groups are filled at once.
  addEventListener("beforeprint", () => {
    for (const node of document.querySelectorAll("details")) node.open = true;
    for (const fill of fillers) fill();
  });
  document.documentElement.dataset.ready = "1";
};

if (byId("packed").textContent && "DecompressionStream" in window) unpack(byId("packed").textContent).then(read).then(start);
