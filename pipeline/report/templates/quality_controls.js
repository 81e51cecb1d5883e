// Makes the controls of the page, which choose its issues, and prepares it for print.
const GROUPS = 100;
// On paper: PRINTED issues at most; if more than FEW are found and no filter is set, the first of each group.
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
  const option = (select, value, text) => byId(select).append(optionOf(value, text));
  const used = new Set(all.map((e) => e.rule));
  for (const rule of rules) if (used.has(rule)) option("code", rule.code, `${rule.th} · ${rule.en} · ${rule.code}`);
  const agencyName = (code) => agencyNameOf(agencies, code);
  for (const code of [...new Set(all.map((e) => e.project.agency))].sort()) {
    option("agency", code || "-", agencyName(code));
  }
  for (const year of [...new Set(all.map((e) => e.project.year))].sort()) {
    option("year", year === null ? "-" : String(year), year === null ? "– ไม่ทราบ · unknown" : String(year));
  }

  for (const field of [...new Set(all.map((e) => e.field))].filter((field) => field !== null).sort()) {
    option("field", field, `${labels.get(field)} · ${field}`);
  }

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
  const drawGroups = (n) => {
    const added = waiting.splice(0, n).map((draw) => draw());
    groups.push(...added);
    moreGroups.remove();
    byId("groups").append(...added.map(({ node }) => node), ...(waiting.length ? [moreGroups] : []));
  };
  moreGroups.addEventListener("click", () => drawGroups(GROUPS));
  const copied = make("span", "quiet");
  const isNarrowed = () => FILTERS.some(value);
  const refresh = () => {
    found = matching(data, value);
    const by = value("by");
    const sorted = grouped(found, by);
    const longest = Math.max(0, ...sorted.map(([, list]) => list.length));
    groups = [];
    waiting = sorted.map(([key, list]) => () => group(agencies, by, key, list, longest));
    byId("groups").replaceChildren();
    drawGroups(GROUPS);
    if (sorted.length === 1) groups[0].node.open = true;
    byId("found").replaceChildren(...inTwo(
      `พบ ${count(found.length)} จาก ${count(all.length)} รายการ`,
      `${count(found.length)} of ${counted(all.length, "issue")}`), ...hiddenOnes(),
    ...(noDay() ? [" · ", shown(noDay()), " ", ...inTwo("ไม่ใช่วันที่ โปรดเขียนแบบ 2026-12-31", "is not a day; write it as 2026-12-31")] : []), copied);
    copied.replaceChildren();
    document.documentElement.dataset.found = isNarrowed() ? "some" : "all";
  };
  // How many of what is searched for the work list hides.
  const hiddenOnes = () => {
    const hidden = matching(data, (name) => (name === "acknowledged" ? "1" : value(name))).length - found.length;
    if (!hidden) return [];
    const show = make("button", "", ...inTwo("แสดง", "show them"));
    show.addEventListener("click", () => {
      byId("acknowledged").checked = true;
      choose("acknowledged", "1");
      refresh();
      byId("acknowledged").focus();
    });
    return [" · ", ...inTwo(`ซ่อน ${count(hidden)} รายการที่รับทราบแล้ว`, `${count(hidden)} acknowledged hidden`), " ", show];
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
  byId("copy").addEventListener("click", async () => {
    await copy(csv());
    copied.replaceChildren(" · ", ...inTwo(`คัดลอกแล้ว ${found.length} รายการ`, `${counted(found.length, "issue")} copied`));
  });
  byId("save").addEventListener("click", () => saveCsv("bma-projects-issues.csv", csv()));

  const drawFields = makeFieldTable(fields, agencyName);
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
  // A link to some of the issues leads to them.
  if (isNarrowed()) byId("issues").scrollIntoView();
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
  setTimeout(foldAhead, 600, all, (e) => haystackOf(e, data));
};

if (byId("packed").textContent && "DecompressionStream" in window) unpack(byId("packed").textContent).then(read).then(start);
