// The data of the page, unpacked, and the reader's selection of it. This script does not touch the document.
const SEVERITIES = Object.keys(TAGS);
const KEYS = {
  code: (e) => e.rule.code,
  project: (e) => (e.project.id === null ? "-" : `${e.project.source} ${e.project.id}`),
  severity: (e) => e.rule.severity,
  agency: (e) => e.project.agency || "-",
  year: (e) => (e.project.year === null ? "-" : String(e.project.year)),
  field: (e) => e.field ?? "-",
};
const SELECTED = ["severity", "code", "agency", "year", "field"];
// What narrows the list; each is the id of its control and its name in the address.
const FILTERS = ["q", ...SELECTED, "since"];

// What the work list says of an issue, until its last day in Bangkok; then the issue is back.
const today = new Date(Date.now() + 7 * 3600e3).toISOString().slice(0, 10);
const acknowledgedOn = (line) => (line && (!line[0] || today <= line[0]) ? { until: line[0], note: line[1] } : null);

// Columns and rows as pipeline/report/page_issues.py packs them, made into objects.
const read = ({ issues, texts, ...data }) => {
  const rules = data.rules.map(([code, severity, th, en, adviceTh, adviceEn, messageTh]) =>
    ({ code, severity, th, en, adviceTh, adviceEn, messageTh }));
  const projects = data.projects.map(([source, id, name, agency, year, url, isInvented, command]) =>
    ({ source, id, name, agency, year, url, isInvented, command }));
  const editsOf = ([n, ...cells]) => ({
    n, cells: cells.map((cell) => cell.map((i) => texts[i])).map(([label, row, before, after]) => ({ label, row, before, after })),
  });
  const all = issues.code.map((code, i) => ({
    rule: rules[code], project: projects[issues.project[i]], field: texts[issues.field[i]], label: texts[issues.label[i]],
    ordinal: issues.ordinal[i], raw: texts[issues.raw[i]], message: texts[issues.message[i]],
    presentSince: issues.present_since[i], edits: issues.edits[i] && editsOf(issues.edits[i]),
    capture: data.captures?.[i] || null,
    acknowledged: acknowledgedOn(data.acknowledged?.[i]),
  }));
  // By agency and field: given, empty, not set, absent, unreadable, distinct.
  const fields = new Map();
  for (const [field, agency, ...counts] of data.fields) {
    if (!fields.has(agency)) fields.set(agency, new Map());
    fields.get(agency).set(field, counts);
  }
  const agencies = new Map(data.agencies.map(([code, name, en]) => [code, { name, en }]));
  return { all, rules, fields, agencies, labels: new Map(Object.entries(data.labels)), months: data.months };
};

// The texts for the search, made at the first search.
const haystackOf = (e, { agencies, labels }) => {
  const office = agencies.get(e.project.agency);
  e.haystack ??= fold([e.project.id, e.project.name, office?.name, office?.en, e.label, e.raw, e.message, e.rule.code, e.rule.th,
    e.rule.en, labels.get(e.field), ...(e.edits?.cells.flatMap(({ label, before, after }) => [label, before, after]) ?? []),
  ].filter(Boolean).join("|"));
  return e.haystack;
};

// The same rules as message_in_thai of parsers/issue_codes.py.
const inThai = (e) => e.rule.messageTh.replace(/\{(label|raw|row)\}/g, (_, name) => {
  const signs = [...String({ label: e.label, raw: e.raw, row: e.ordinal }[name] ?? "–")];
  return signs.length > 80 ? signs.slice(0, 80).join("") + "…" : signs.join("") || "–";
});

// A day counted from 1970; NaN for another text, also for a day that no calendar has.
const dayOf = (text) => {
  const days = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) / 864e5 : NaN;
  return Number.isNaN(days) || isoDay(days) !== text ? NaN : days;
};
const isoDay = (days) => (days === null ? "" : new Date(days * 864e5).toISOString().slice(0, 10));

// The issues that match all filters; wanted holds the choice under each name, "" for any value.
const matching = (data, wanted) => {
  const words = foldedWords(wanted("q"));
  const selected = SELECTED.filter(wanted);
  const since = wanted("since") && dayOf(wanted("since"));
  return data.all.filter((e) => selected.every((name) => KEYS[name](e) === wanted(name)) &&
    (wanted("acknowledged") || !e.acknowledged) && (since === "" || (e.presentSince !== null && e.presentSince >= since)) && words.every((word) => haystackOf(e, data).includes(word)));
};

const worstOf = (list) => SEVERITIES.find((severity) => list.some((e) => e.rule.severity === severity));

// Pairs of a key and its issues: years from the newest, other keys from the most severe and the most frequent.
const grouped = (issues, by) => {
  const groups = new Map();
  for (const e of issues) {
    const key = KEYS[by](e);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(e);
  }
  return [...groups].map(([key, list]) => [key, list, SEVERITIES.indexOf(worstOf(list))])
    .sort(([a, listA, rankA], [b, listB, rankB]) => (by === "year" ? (a < b ? 1 : -1) : by === "agency" ? 0 : rankA - rankB)
      || listB.length - listA.length || (a < b ? -1 : 1));
};

// The line of the work list for an issue, with its two last cells for the steward to fill in: note and until.
const workListLine = (e) => csvText([[e.project.source, e.project.id, e.rule.code, e.field, e.label, e.ordinal, e.raw,
  isoDay(e.presentSince), "", ""]]).trimEnd();

// A table for a spreadsheet: headings and words in Thai, or all in English with the names of the tables' columns.
const csvOf = (issues, { agencies }, lang) => {
  const inEnglish = lang === "en";
  const editedIn = (e) => e.edits?.cells.map(({ label, row, before, after }) =>
    `${label}${row === null ? "" : ` (${row})`}: ${before ?? "∅"} → ${after ?? "∅"}`).join("\n");
  const columns = [
    ["severity", "ระดับ", (e) => (inEnglish ? e.rule.severity : TAGS[e.rule.severity])],
    ["code", "รหัสข้อสังเกต", (e) => e.rule.code],
    ["title", "ข้อสังเกต", (e) => (inEnglish ? e.rule.en : e.rule.th)],
    ["agency", "หน่วยงาน", (e) => agencies.get(e.project.agency)?.name],
    ["agency_code", "รหัสหน่วยงาน", (e) => e.project.agency],
    ["project_id", "รหัสโครงการ", (e) => e.project.id],
    ["name", "ชื่อโครงการ", (e) => e.project.name],
    ["fiscal_year_be", "ปีงบประมาณ", (e) => e.project.year],
    ["label", "ป้าย", (e) => e.label],
    ["ordinal", "ลำดับ", (e) => e.ordinal],
    ["raw", "ข้อความตามหน้าเว็บ", (e) => e.raw],
    ["before_after", "ก่อน → หลัง", editedIn],
    ["message", "คำอธิบาย", (e) => (inEnglish ? e.message : inThai(e))],
    ["advice", "สิ่งที่ควรทำ", (e) => (inEnglish ? e.rule.adviceEn : e.rule.adviceTh)],
    ["present_since", "พบตั้งแต่", (e) => isoDay(e.presentSince)],
    ["is_invented", "ข้อมูลสมมติ", (e) => (inEnglish ? e.project.isInvented : e.project.isInvented ? "ใช่" : "")],
    ["source_id", "แหล่งข้อมูล", (e) => e.project.source],
    ["url", "ที่อยู่หน้าเว็บ", (e) => e.project.url],
  ];
  return csvText([columns.map(([en, th]) => (inEnglish ? en : th)), ...issues.map((e) => columns.map(([, , valueOf]) => valueOf(e)))]);
};
