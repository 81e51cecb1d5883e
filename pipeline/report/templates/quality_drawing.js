// Draws the page's issues and its controls.
const PAGE = 50;
const GROUPS = 100;
// Issues on paper: so many at most, and if there are more than a few and none is chosen, the first of each group.
const [PRINTED, FEW, PRINTED_OF_EACH] = [1000, 200, 20];

const jumpTo = (target) => {
  target.scrollIntoView();
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
};
// A jump inside the page must not delete the choices after the #.
document.querySelector("nav").addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (!link) return;
  event.preventDefault();
  jumpTo(document.querySelector(link.getAttribute("href")));
});

const start = (data) => {
  const { all, rules, agencies, fields, labels } = data;
  nameMonths(data.months);
  const option = (select, value, text) => {
    const node = make("option", "", text);
    node.value = value;
    byId(select).append(node);
  };
  const used = new Set(all.map((e) => e.rule));
  for (const rule of rules) if (used.has(rule)) option("code", rule.code, `${rule.th} · ${rule.en} · ${rule.code}`);
  const agencyName = (code) => [agencies.get(code)?.name, code || "–"].filter(Boolean).join(" ");
  for (const code of [...new Set(all.map((e) => e.project.agency))].sort()) {
    option("agency", code || "-", agencyName(code));
  }
  for (const year of [...new Set(all.map((e) => e.project.year))].sort()) {
    option("year", year === null ? "-" : String(year), year === null ? "– ไม่ทราบ · unknown" : String(year));
  }

  for (const field of [...new Set(all.map((e) => e.field))].filter((field) => field !== null).sort()) {
    option("field", field, `${labels.get(field)} · ${field}`);
  }

  const severityTag = (severity) => make("span", "tag " + severity, ...inTwo(TAGS[severity], severity));
  const titleOf = (rule) => [...inTwo(rule.th, rule.en), " ", make("code", "quiet", rule.code)];
  const whoOf = (project) => [
    ...(project.isInvented ? [make("span", "tag invented", ...inTwo("สมมติ", "invented")), " "] : []),
    ...(project.name !== null ? [shown(project.name), " "] : []),
    make("code", "", shown(project.id ?? "–")),
  ];
  const editsOf = ({ n, cells }) => make("ul", "edits", ...cells.map(({ label, row, before, after }) => make("li", "",
    make("span", "quiet", shown(label), ...(row === null ? [] : [" (", shown(row), ")"])), " ", shown(before), " → ", shown(after))),
    n > cells.length ? make("li", "quiet", ...inTwo(`และอีก ${n - cells.length} จุด`, `and ${n - cells.length} more`)) : null);
  // On paper the name of a project is not repeated from issue to issue.
  const card = (e, i, list) => {
    const by = byId("by").value;
    const node = make("article", list[i - 1]?.project === e.project ? "issue again" : "issue");
    if (by !== "project") node.append(make("p", "who", ...whoOf(e.project)));
    if (by !== "code") node.append(make("p", "kind", severityTag(e.rule.severity), " ", ...titleOf(e.rule)));
    if (e.label !== null) node.append(make("p", "label", ...inTwo("ป้าย", "Label"), ": ", shown(e.label)));
    // The text before the edit is not shown twice.
    if (e.raw !== null && !e.edits?.cells.some(({ before }) => before === e.raw)) node.append(make("span", "raw", shown(e.raw)));
    if (e.edits) node.append(editsOf(e.edits));
    const message = make("p", "why", ...inTwo(shown(inThai(e)), shown(e.message)));
    const links = make("p", "links");
    links.append(...[webLink(e.project.url, ...inTwo("เปิดหน้าบนเว็บไซต์", "Open the live page"))].filter(Boolean));
    if (e.capture) {
      const link = make("a", "", ...inTwo("ดูหน้าที่เก็บไว้", "See the archived page"));
      link.href = "captures/" + e.capture + ".html";
      links.append(link);
    }
    if (e.project.id !== null) {
      const link = make("a", "", ...inTwo("ดูโครงการ", "Explore the project"));
      link.href = "explorer.html#" + new URLSearchParams({ project: e.project.id });
      links.append(link);
    }
    if (e.project.command) links.append(make("code", "command", shown(e.project.command)));
    if (e.acknowledged) {
      const { until, note } = e.acknowledged;
      node.append(make("p", "acknowledged", make("span", "tag", ...inTwo("รับทราบแล้ว", "acknowledged")), " ", note ? shown(note) : null,
        until ? make("span", "quiet", " ", ...inTwo(`ถึง ${until}`, `until ${until}`)) : null));
    }
    const line = make("button", "line-copy", ...inTwo("คัดลอกบรรทัด acknowledged.csv", "Copy its line"));
    line.type = "button";
    line.addEventListener("click", async () => {
      await copy(workListLine(e));
      line.replaceChildren(...inTwo("คัดลอกแล้ว", "copied"));
    });
    links.append(line);
    if (e.presentSince !== null) links.append(make("span", "quiet seen", ...inTwo("พบตั้งแต่", "seen since"), " ", ...day(e.presentSince)));
    node.append(message, links);
    return node;
  };

  const heading = (by, key, list, longest) => {
    const worst = worstOf(list);
    const title = {
      code: () => titleOf(list[0].rule),
      project: () => (key === "-" ? inTwo("ไม่ทราบว่าเป็นโครงการใด", "of no known project")
        : [...whoOf(list[0].project), " ", make("span", "quiet", shown(agencyName(list[0].project.agency)))]),
      severity: () => [],
      agency: () => (key === "-" ? inTwo("ไม่ทราบหน่วยงาน", "of no known agency") : [shown(agencyName(key))]),
      year: () => [key === "-" ? "–" : key],
    }[by]();
    const parts = SEVERITIES.map((severity) => [severity, list.filter((e) => e.rule.severity === severity).length]);
    return make("summary", "", make("b", "", list.length.toLocaleString("en")), " ",
      severityTag(worst), " ", make("span", "title", ...title),
      bar(parts, longest, String(list.length)));
  };

  const group = (by, key, list, longest) => {
    const body = make("div", "body");
    const node = make("details", "group", heading(by, key, list, longest), body);
    let drawn = 0;
    const more = make("button", "more", ...inTwo("แสดงเพิ่ม", "Show more"));
    more.type = "button";
    const rest = make("p", "rest");
    const draw = (n) => {
      more.remove();
      rest.remove();
      body.append(...list.slice(drawn, drawn + n).map(card));
      drawn = Math.min(drawn + n, list.length);
      if (drawn >= list.length) return;
      const left = (list.length - drawn).toLocaleString("en");
      rest.replaceChildren(...inTwo(`และอีก ${left} รายการใน quality_issues.parquet`, `and ${left} more in quality_issues.parquet`));
      body.append(more, rest);
    };
    more.addEventListener("click", () => draw(PAGE));
    // Draws issues until at least n of them are there.
    const fill = (n) => {
      if (!drawn && by === "code") {
        const th = make("p", "beside", list[0].rule.adviceTh);
        const en = make("p", "beside", list[0].rule.adviceEn);
        th.lang = "th";
        en.lang = "en";
        body.append(make("div", "advice", th, en));
      }
      if (drawn < n) draw(n - drawn);
    };
    node.addEventListener("toggle", () => {
      if (node.open && !drawn) fill(PAGE);
    });
    return { node, fill, size: list.length };
  };

  const entered = ({ type, checked, value }) => (type === "checkbox" ? (checked ? "1" : "") : value);
  // A day that is none cannot be in its control; it stays in the address, finds nothing and is told.
  const noDay = () => {
    const since = chosen.get("since") ?? "";
    return byId("since").value === since ? "" : since;
  };
  const value = (name) => entered(byId(name)) || (name === "since" ? noDay() : "");
  let found = all;
  let waiting = [];
  let groups = [];
  const moreGroups = make("button", "more", ...inTwo("แสดงกลุ่มเพิ่ม", "Show more groups"));
  moreGroups.type = "button";
  const drawGroups = (n) => {
    const added = waiting.splice(0, n).map((draw) => draw());
    groups.push(...added);
    moreGroups.remove();
    byId("groups").append(...added.map(({ node }) => node), ...(waiting.length ? [moreGroups] : []));
  };
  moreGroups.addEventListener("click", () => drawGroups(GROUPS));
  const isNarrowed = () => FILTERS.some(value);
  const refresh = () => {
    found = matching(data, value);
    const by = value("by");
    const sorted = grouped(found, by);
    const longest = Math.max(0, ...sorted.map(([, list]) => list.length));
    groups = [];
    waiting = sorted.map(([key, list]) => () => group(by, key, list, longest));
    byId("groups").replaceChildren();
    drawGroups(GROUPS);
    if (sorted.length === 1) groups[0].node.open = true;
    byId("found").replaceChildren(...inTwo(
      `พบ ${found.length.toLocaleString("en")} จาก ${all.length.toLocaleString("en")} รายการ`,
      `${found.length.toLocaleString("en")} of ${all.length.toLocaleString("en")} issues`), ...hiddenOnes(),
    ...(noDay() ? [" · ", shown(noDay()), " ", ...inTwo("ไม่ใช่วันที่ โปรดเขียนแบบ 2026-12-31", "is no day; write it as 2026-12-31")] : []));
    document.documentElement.dataset.found = isNarrowed() ? "some" : "all";
  };
  // How many of what is searched for the work list hides.
  const hiddenOnes = () => {
    const hidden = matching(data, (name) => (name === "acknowledged" ? "1" : value(name))).length - found.length;
    if (!hidden) return [];
    const show = make("button", "", ...inTwo("แสดง", "show them"));
    show.type = "button";
    show.addEventListener("click", () => {
      byId("acknowledged").checked = true;
      choose("acknowledged", "1");
      refresh();
      byId("acknowledged").focus();
    });
    return [" · ", ...inTwo(`ซ่อน ${hidden.toLocaleString("en")} รายการที่รับทราบแล้ว`, `${hidden.toLocaleString("en")} acknowledged hidden`), " ", show];
  };
  byId("acknowledged").closest("label").classList.toggle("hidden", !all.some((e) => e.acknowledged));
  const restore = () => {
    byId("acknowledged").checked = chosen.get("acknowledged") === "1";
    for (const name of [...FILTERS, "by"]) byId(name).value = chosen.get(name) ?? "";
    // A choice that is not on this page finds nothing, so that a link never shows other issues than it names.
    for (const name of SELECTED) if (chosen.get(name) && byId(name).value !== chosen.get(name)) missing(name, chosen.get(name));
    if (!byId("by").value) byId("by").value = "code";
  };
  const missing = (name, wanted) => {
    option(name, wanted, wanted);
    byId(name).value = wanted;
  };
  let timer;
  byId("tools").addEventListener("input", (event) => {
    choose(event.target.id, event.target.id === "by" && value("by") === "code" ? "" : entered(event.target));
    clearTimeout(timer);
    timer = setTimeout(refresh, event.target.id === "q" ? 150 : 0);
  });
  byId("tools").addEventListener("reset", () => setTimeout(() => {
    for (const name of [...FILTERS, "by", "acknowledged"]) choose(name, "");
    refresh();
  }));
  byId("tools").addEventListener("submit", (event) => event.preventDefault());

  const csv = () => csvOf(found, data, document.documentElement.dataset.lang);
  const said = (th, en) => byId("found").replaceChildren(...inTwo(th, en));
  byId("copy").addEventListener("click", async () => {
    await copy(csv());
    said(`คัดลอกแล้ว ${found.length} รายการ`, `${found.length} issues copied`);
  });
  byId("save").addEventListener("click", () => saveCsv("bma-projects-issues.csv", csv()));

  // The fields of one agency.
  for (const code of [...fields.keys()].sort()) option("field-agency", code, agencyName(code));
  const overall = [...byId("field-table").tBodies[0].rows].map((row) => [row, [...row.cells].map((td) => [...td.childNodes])]);
  const drawFields = () => {
    byId("field-agency").value = chosen.get("fields") ?? "";
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
  };
  byId("field-agency").addEventListener("input", () => {
    choose("fields", value("field-agency"));
    drawFields();
  });

  linkTables(all);
  const sortAgencies = sortable(byId("agency-table"), () => sortAgencies());
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.find");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go({ ...NO_FILTER, ...Object.fromEntries(new URLSearchParams(link.dataset.find)) });
    restore();
    refresh();
    jumpTo(byId("issues"));
  });

  byId("tools").classList.remove("hidden");
  byId("field-tools").classList.remove("hidden");
  const show = () => {
    restore();
    refresh();
    drawFields();
    sortAgencies();
  };
  show();
  addEventListener("popstate", () => {
    readAddress();
    setLanguage(chosen.get("lang"));
    show();
  });

  // The toggle event comes too late for the printer, so the groups are filled at once, and closed again afterwards.
  const opened = [];
  addEventListener("beforeprint", () => {
    drawGroups(PRINTED - groups.length);
    const each = isNarrowed() || found.length <= FEW ? PRINTED : PRINTED_OF_EACH;
    let left = PRINTED;
    for (const { node, fill, size } of groups) {
      const n = Math.min(each, size, left);
      if (!n) break;
      left -= n;
      fill(n);
      if (node.open) continue;
      node.open = true;
      opened.push(node);
    }
    byId("printed").replaceChildren(...printedLine(data, value, PRINTED - left, found.length));
  });
  addEventListener("afterprint", () => {
    for (const node of opened.splice(0)) node.open = false;
  });
  document.documentElement.dataset.ready = "1";
  setTimeout(prepare, 600, data, 0);
};
// Folds some of the texts at a time, so that the page stays responsive and the first search is fast.
const prepare = (data, from) => {
  for (const e of data.all.slice(from, from + 500)) haystackOf(e, data);
  if (from < data.all.length) setTimeout(prepare, 0, data, from + 500);
};

if (byId("packed").textContent && "DecompressionStream" in window) unpack(byId("packed").textContent).then(read).then(start);
