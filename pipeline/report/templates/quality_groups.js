// Draws the issues in groups.
const PAGE = 50;

const agencyNameOf = (agencies, code) => [agencies.get(code)?.name, code || "–"].filter(Boolean).join(" ");

const severityTag = (severity) => make("span", "tag " + severity, ...inTwo(TAGS[severity], severity));
const titleOf = (rule) => [...inTwo(rule.th, rule.en), " ", make("code", "quiet", rule.code)];
const whoOf = (project) => [
  ...(project.isInvented ? [make("span", "tag invented", ...inTwo("สมมติ", "invented")), " "] : []),
  ...(project.name !== null ? [shown(project.name), " "] : []),
  make("code", "", shown(project.id ?? "–")),
];
const editList = ({ n, cells }) => make("ul", "edits", ...cells.map(({ label, row, before, after }) => make("li", "",
  make("span", "quiet", shown(label), ...(row === null ? [] : [" (", shown(row), ")"])), " ", shown(before), " → ", shown(after))),
  n > cells.length ? make("li", "quiet", ...inTwo(`และอีก ${n - cells.length} จุด`, `and ${n - cells.length} more`)) : null);
// On paper the name of a project is not repeated from issue to issue.
const card = (e, by, isAgain) => {
  const node = make("article", isAgain ? "issue again" : "issue");
  if (by !== "project") node.append(make("p", "who", ...whoOf(e.project)));
  if (by !== "code") node.append(make("p", "kind", severityTag(e.rule.severity), " ", ...titleOf(e.rule)));
  if (e.label !== null) node.append(make("p", "label", ...inTwo("ป้าย", "Label"), ": ", shown(e.label)));
  // The text before the edit is not shown twice.
  if (e.raw !== null && !e.edits?.cells.some(({ before }) => before === e.raw)) node.append(make("span", "raw", shown(e.raw)));
  if (e.edits) node.append(editList(e.edits));
  if (e.acknowledged) {
    const { until, note } = e.acknowledged;
    node.append(make("p", "acknowledged", make("span", "tag", ...inTwo("รับทราบแล้ว", "acknowledged")), " ", note ? shown(note) : null,
      until ? make("span", "quiet", " ", ...inTwo(`ถึง ${until}`, `until ${until}`)) : null));
  }
  const line = make("button", "line-copy", ...inTwo("คัดลอกบรรทัดสำหรับ acknowledged.csv", "Copy its line for acknowledged.csv"));
  line.addEventListener("click", async () => {
    await copy(workListLine(e));
    line.replaceChildren(...inTwo("คัดลอกแล้ว", "copied"));
  });
  node.append(make("p", "why", ...inTwo(shown(inThai(e)), shown(e.message))), make("p", "links",
    webLink(e.project.url, ...inTwo("เปิดหน้าบนเว็บไซต์", "Open the live page")),
    e.capture && linkOf("captures/" + e.capture + ".html", ...inTwo("ดูหน้าที่เก็บไว้", "See the archived page")),
    e.project.command && linkOf("explorer.html#" + new URLSearchParams({ project: e.project.id }), ...inTwo("ดูโครงการ", "Explore the project")),
    e.project.command && make("code", "command", shown(e.project.command)), line,
    e.presentSince === null ? null : make("span", "quiet seen", ...inTwo("พบตั้งแต่", "seen since"), " ", ...day(e.presentSince))));
  return node;
};

const heading = (agencies, by, key, list, longest) => {
  const title = {
    code: () => titleOf(list[0].rule),
    project: () => (key === "-" ? inTwo("ไม่ทราบว่าเป็นโครงการใด", "of no known project")
      : [...whoOf(list[0].project), " ", make("span", "quiet", shown(agencyNameOf(agencies, list[0].project.agency)))]),
    severity: () => [],
    agency: () => (key === "-" ? inTwo("ไม่ทราบหน่วยงาน", "of no known agency") : [shown(agencyNameOf(agencies, key))]),
    year: () => [key === "-" ? "–" : key],
  }[by]();
  const parts = SEVERITIES.map((severity) => [severity, list.filter((e) => e.rule.severity === severity).length]);
  return make("summary", "", make("b", "", count(list.length)), " ",
    severityTag(worstOf(list)), " ", make("span", "title", ...title),
    bar(parts, longest, String(list.length)));
};

const group = (agencies, by, key, list, longest) => {
  const body = make("div", "body");
  const node = make("details", "group", heading(agencies, by, key, list, longest), body);
  let drawn = 0;
  const more = make("button", "more", ...inTwo("แสดงเพิ่ม", "Show more"));
  const rest = make("p", "rest");
  const draw = (n) => {
    more.remove();
    rest.remove();
    body.append(...list.slice(drawn, drawn + n).map((e, i) => card(e, by, list[drawn + i - 1]?.project === e.project)));
    drawn = Math.min(drawn + n, list.length);
    if (drawn >= list.length) return;
    const left = count(list.length - drawn);
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
