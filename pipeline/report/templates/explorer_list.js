// Find: the filters, the sums of what is found, and the list.
const PAGE = 50;
const MARKED = ["silent", "nothing_spent", "overspent", "spent_ahead", "edited", "vanished"];
const SORT_NAMES = {
  "": ["รหัส", "code"], name: ["ชื่อ", "name"], "-received": ["งบที่ได้รับ มากก่อน", "budget received, largest first"],
  "-spent": ["ใช้ไป มากก่อน", "spent, largest first"], "-share": ["สัดส่วนที่ใช้ มากก่อน", "share spent, largest first"],
  share: ["สัดส่วนที่ใช้ น้อยก่อน", "share spent, smallest first"], "-progress": ["คืบหน้า มากก่อน", "progress, largest first"],
  progress: ["คืบหน้า น้อยก่อน", "progress, smallest first"], reported: ["รายงานล่าสุด เก่าก่อน", "last report, oldest first"],
  "-reported": ["รายงานล่าสุด ใหม่ก่อน", "last report, newest first"], "-year": ["ปี ใหม่ก่อน", "year, newest first"],
  received: ["งบที่ได้รับ น้อยก่อน", "budget received, smallest first"], spent: ["ใช้ไป น้อยก่อน", "spent, smallest first"],
  "-name": ["ชื่อ ย้อนกลับ", "name, backwards"], year: ["ปี เก่าก่อน", "year, oldest first"],
};
const HEADS = [
  ["name", "โครงการ", "Project"], ["year", "ปี", "Year"], ["received", "งบที่ได้รับ (บาท)", "Received (baht)"],
  ["spent", "ใช้ไป (บาท)", "Spent (baht)"], ["share", "ใช้ไป", "Spent"], ["progress", "คืบหน้า", "Progress"], ["reported", "รายงานล่าสุด", "Last report"],
];

// Headings that sort by a click, a second click the other way round; names begin with the first, numbers with the largest.
const sortHeads = (heads, by) => heads.map(([key, th, en]) => {
  const isChosen = by.replace("-", "") === key;
  const isRising = by === key;
  const button = make("button", "head", ...inTwo(th, en), isChosen ? (isRising ? " ▲" : " ▼") : "");
  const first = key === "name" ? key : "-" + key;
  button.dataset.sort = by !== first ? first : first === key ? "-" + key : key;
  const head = headOf("col", key === "name" ? "" : "n", button);
  if (isChosen) head.setAttribute("aria-sort", isRising ? "ascending" : "descending");
  return head;
});
const stateTag = (state) => make("span", "tag state " + state, ...inTwo(...STATE_NAMES[state]));
const tagsOf = (p) => make("p", "tags", stateTag(p.stage), ...MARKED.filter((state) => p[state]).map(stateTag),
  p.invented ? make("span", "tag invented", ...inTwo("สมมติ", "invented")) : null);
const nameOf = (p) => (p.name === null ? make("span", "none", ...inTwo("ไม่มีชื่อ", "no name")) : shown(p.name));
const officeName = (office) => {
  const name = shown(office.name ?? office.code ?? "–");
  return office.en ? inTwo(name, office.en + (office.name?.endsWith("(?)") ? " (?)" : "")) : [name];
};
const meter = (share, css) => bar([[css, Math.min(Math.max(share ?? 0, 0), 100)]], 100, percent(share));
const officeOptions = (agencies) => [...agencies.values()].sort((a, b) => THAI_ORDER.compare(a.name ?? "", b.name ?? ""))
  .map(({ code, name }) => optionOf(code, (name ?? "–") + " · " + code));
const yearsOf = (projects) => [...new Set(projects.map((p) => p.year))].sort((a, b) => b - a)
  .map((year) => optionOf(String(year ?? "-"), year === null ? "ไม่ทราบ · unknown" : String(year)));

const makeList = ({ projects, agencies }, onChange) => {
  const wanted = (name) => chosen.get(name) ?? "";
  byId("agency").append(...officeOptions(agencies));
  if (projects.some((p) => p.agency_code === null)) byId("agency").append(optionOf("-", "ไม่ทราบ · unknown"));
  byId("year").append(...yearsOf(projects));
  byId("sort").append(...Object.entries(SORT_NAMES).map(([by, names]) => optionOf(by, names.join(" · "))));
  let found = [];
  let drawn = 0;

  const chip = (state, n) => {
    const isOn = statesOf(wanted("state")).includes(state);
    const node = make("button", "chip " + state, ...inTwo(...namesOf(state)), " ", make("b", "", count(n)));
    node.dataset.state = state;
    node.setAttribute("aria-pressed", String(isOn));
    return node;
  };
  const drawChips = (answers) => {
    const states = statesOf(wanted("state"));
    // A chip shows the number of projects that a click on it finds.
    const stages = answers.filter((p) => hasStates(p, states.filter((state) => !STAGES.includes(state))));
    const signs = answers.filter((p) => hasStates(p, states));
    const keep = (state, n) => n || states.includes(state) || !["unknown", "vanished", "listed"].includes(state);
    const chips = (names, list) => names.map((state) => [state, having(list, state)]).filter(([state, n]) => keep(state, n))
      .map(([state, n]) => chip(state, n));
    const focused = document.activeElement?.dataset?.state;
    byId("stages").replaceChildren(...chips(STAGES, stages));
    const unknown = states.filter((state) => !Object.hasOwn(STATE_NAMES, state));
    byId("signs").replaceChildren(...chips([...SIGNS.filter((s) => s !== "listed" || projects.some((p) => p.vanished)), ...unknown], signs));
    if (focused) document.querySelector(`.chip[data-state="${CSS.escape(focused)}"]`)?.focus();
    byId("bands").replaceChildren(...["spent", "progress"].filter(wanted).map((name) => {
      const [th, en] = name === "spent" ? ["ใช้ไป", "spent"] : ["คืบหน้า", "progress"];
      const node = make("button", "chip", ...inTwo(th, en), " " + bandName(wanted(name)) + " ✕");
      node.dataset.band = name;
      node.setAttribute("aria-pressed", "true");
      return node;
    }));
  };
  const fact = (id, th, en, ...value) => {
    const data = make("dd", "", ...value);
    data.id = id;
    return make("div", "", make("dt", "", ...inTwo(th, en)), data);
  };
  const drawSums = () => {
    const sums = sumsOf(found);
    const share = (state) => percent(shareOf(having(found, state), found.length));
    byId("sums").replaceChildren(
      fact("sum-received", "งบที่ได้รับรวม (บาท)", "received in all (baht)", baht(sums.received)),
      fact("sum-spent", "ใช้ไปรวม (บาท)", "spent in all (baht)", baht(sums.spent)),
      fact("sum-share", "ใช้ไปจากที่ได้รับ", "of it spent", percent(sums.share)),
      fact("sum-progress", "คืบหน้าเฉลี่ย", "mean progress", percent(sums.progress)),
      fact("sum-done", "เสร็จแล้ว", "done", share("done")), fact("sum-silent", "เงียบหาย", "silent", share("silent")));
    byId("found").replaceChildren(...inTwo(`พบ ${count(found.length)} จาก ${count(projects.length)} โครงการ`,
      `${count(found.length)} of ${counted(projects.length, "project")}`));
  };
  // On a telephone each value has its heading beside it.
  const cell = (css, th, en, ...children) => {
    const node = make("td", css, ...children);
    Object.assign(node.dataset, { th, en });
    return node;
  };
  const row = (p) => {
    const link = linkOf(addressOf({ project: p.project_id, view: "" }), nameOf(p));
    link.dataset.project = p.project_id;
    const tags = tagsOf(p);
    if (p.time_basis === "file") tags.append(make("span", "tag unsure", ...inTwo("เวลาไม่แน่นอน", "time uncertain")));
    const head = headOf("row", "name", link, make("p", "quiet", make("code", "", shown(p.project_id)), " ", ...officeName(p.office)), tags);
    return make("tr", "", head, cell("n", "ปี", "year", String(p.year ?? "–")), cell("n", "ได้รับ", "received", baht(p.received)), cell("n", "ใช้ไป", "spent", baht(p.spent)),
      cell("n share", "สัดส่วน", "share", percent(p.spent_share), meter(p.spent_share, p.overspent ? "error" : "spent")),
      cell("n share", "คืบหน้า", "progress", percent(p.progress), meter(p.progress, "given")), cell("", "รายงาน", "report", ...day(p.reported)));
  };
  const drawRows = (n) => {
    byId("rows").append(...found.slice(drawn, drawn + n).map(row));
    drawn = Math.min(drawn + n, found.length);
    byId("more").classList.toggle("hidden", drawn >= found.length);
  };
  const draw = () => {
    for (const name of ["q", "agency", "year", "sort"]) if (byId(name).value !== wanted(name)) byId(name).value = wanted(name);
    const answers = answering(projects, wanted);
    found = sorted(answers.filter((p) => hasStates(p, statesOf(wanted("state")))), wanted("sort"));
    drawn = 0;
    byId("rows").replaceChildren();
    drawChips(answers);
    byId("heads").replaceChildren(...sortHeads(HEADS, wanted("sort")));
    drawSums();
    drawRows(PAGE);
  };

  let timer;
  byId("tools").addEventListener("input", ({ target }) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      choose(target.id, target.value);
      draw();
    }, target.id === "q" ? 150 : 0);
  });
  byId("tools").addEventListener("submit", (event) => event.preventDefault());
  byId("tools").addEventListener("reset", (event) => {
    event.preventDefault();
    for (const name of ["q", "agency", "year", "sort", "state", "spent", "progress"]) choose(name, "");
    draw();
  });
  for (const id of ["stages", "signs"]) {
    byId(id).addEventListener("click", ({ target }) => {
      const state = target.closest("button")?.dataset.state;
      if (!state) return;
      const states = statesOf(wanted("state"));
      choose("state", (states.includes(state) ? states.filter((one) => one !== state) : [...states, state]).join(","));
      draw();
    });
  }
  byId("bands").addEventListener("click", ({ target }) => {
    const name = target.closest("button")?.dataset.band;
    if (!name) return;
    choose(name, "");
    draw();
  });
  byId("heads").addEventListener("click", ({ target }) => {
    const by = target.closest("button")?.dataset.sort;
    if (!by) return;
    choose("sort", by);
    draw();
    byId("heads").querySelector(`[aria-sort] button`)?.focus();
  });
  byId("rows").addEventListener("click", (event) => {
    const project = event.target.closest("a")?.dataset.project;
    if (!project || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go({ project, view: "" });
    onChange();
  });
  byId("more").addEventListener("click", () => drawRows(PAGE));
  byId("save").addEventListener("click", () => saveCsv("bma-projects.csv", csvText([
    ["project_id", "name", "agency_code", "agency", "fiscal_year_be", "budget_received_thb", "budget_spent_thb", "spent_share_pct",
      "progress_pct", "stage", ...MARKED, "is_invented"],
    ...found.map((p) => [p.project_id, p.name, p.agency_code, p.office.name, p.year, p.received === null ? "" : baht(p.received).replaceAll(",", ""),
      p.spent === null ? "" : baht(p.spent).replaceAll(",", ""), p.spent_share, p.progress, p.stage === "unknown" ? "" : p.stage,
      ...MARKED.map((state) => p[state]), p.invented]),
  ])));
  // A printed page has all that was found, up to a reasonable number of sheets.
  addEventListener("beforeprint", () => {
    if (!byId("find").classList.contains("hidden")) drawRows(1000 - drawn);
  });
  return draw;
};

// The filters in words, for the line above a printed page.
const askedFor = ({ agencies }) => {
  const parts = [chosen.get("q") && `“${chosen.get("q")}”`, agencies.get(chosen.get("agency"))?.name, chosen.get("year"),
    ...statesOf(chosen.get("state") ?? "").map((state) => [...new Set(namesOf(state))].join(" · ")),
    chosen.get("spent") && "ใช้ไป · spent " + bandName(chosen.get("spent")), chosen.get("progress") && "คืบหน้า · progress " + bandName(chosen.get("progress"))];
  return parts.filter(Boolean).join(", ") || "ทุกโครงการ · all projects";
};
