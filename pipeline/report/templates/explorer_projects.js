// The projects of the page and the reader's selection of them. This script does not touch the document.
const STAGES = ["not_reported", "under_way", "done", "unknown"];
const SIGNS = ["silent", "nothing_spent", "overspent", "spent_ahead", "edited", "listed", "vanished"];
const STATE_NAMES = {
  not_reported: ["ยังไม่มีรายงาน", "not reported"], under_way: ["กำลังดำเนินการ", "under way"], done: ["เสร็จแล้ว", "done"],
  unknown: ["ไม่ทราบ", "unknown"], silent: ["เงียบหาย", "silent"], nothing_spent: ["ยังไม่ใช้เงิน", "nothing spent"],
  overspent: ["ใช้เกินงบ", "overspent"], spent_ahead: ["ใช้เงินก่อนงาน", "spent without progress"],
  edited: ["แก้ไขหลังเสร็จ", "edited after completion"], listed: ["ยังมีหน้าอยู่", "page is there"], vanished: ["หน้าหายไป", "vanished"],
};
const BANDS = ["0", "25", "50", "75", "100", "more"];
const BAND_NAMES = { 0: "0 %", 25: "> 0 – 25 %", 50: "> 25 – 50 %", 75: "> 50 – 75 %", 100: "> 75 – 100 %", more: "> 100 %" };
const bandOf = (share) => (share === null ? null : share <= 0 ? "0" : BANDS.find((band) => share <= Number(band)) ?? "more");

// Rows and their details as pipeline/report/explorer_page.py packs them.
const readProjects = (found) => {
  const projects = rowsOf(found.projects);
  const agencies = new Map(found.agencies.map(([code, name, en, kind]) => [code, { code, name, en, kind }]));
  projects.forEach((p, place) => {
    p.place = place;
    p.listed = p.vanished ? 0 : 1;
    p.stage ??= "unknown";
    p.office = agencies.get(p.agency_code) ?? { code: p.agency_code, name: p.agency, en: null, kind: null };
  });
  return { ...found, projects, agencies, history: rowsOf(found.history) };
};
const readDetails = (details) => {
  const origins = rowsOf(details.origins);
  const parts = {};
  for (const name of ["reports", "months", "edits", "issues"]) {
    const { counts, rows } = details[name];
    const all = rowsOf(rows);
    let end = 0;
    parts[name] = counts.map((n) => all.slice(end, (end += n)));
  }
  return (place) => ({
    origin: origins[place], reports: parts.reports[place], months: parts.months[place], edits: parts.edits[place],
    issues: parts.issues[place],
  });
};

const haystackOf = (p) => {
  p.haystack ??= fold([p.name, p.project_id, p.office.name, p.office.en, p.agency, p.tags, p.governor_policy, p.policy_id,
    p.kpi_id].filter(Boolean).join("|"));
  return p.haystack;
};
const hasState = (p, state) => (STAGES.includes(state) ? p.stage === state : SIGNS.includes(state) && Boolean(p[state]));
// A project matches if it has one of the chosen stages and all of the chosen signs; no project has an unknown state.
const hasStates = (p, states) => {
  const stages = states.filter((state) => STAGES.includes(state));
  return (!stages.length || stages.includes(p.stage)) && states.every((state) => STAGES.includes(state) || hasState(p, state));
};
const statesOf = (text) => text.split(",").filter(Boolean);
// The names of a choice; an unknown one, from an address, is shown as it is.
const namesOf = (state) => (Object.hasOwn(STATE_NAMES, state) ? STATE_NAMES[state] : [state, state]);
const bandName = (band) => (Object.hasOwn(BAND_NAMES, band) ? BAND_NAMES[band] : band);

// The projects that match all filters except the states; wanted holds the choices, "" for any value.
const answering = (projects, wanted) => {
  const words = foldedWords(wanted("q"));
  const [agency, year, spent, progress] = ["agency", "year", "spent", "progress"].map(wanted);
  return projects.filter((p) => (!agency || (p.agency_code ?? "-") === agency) && (!year || String(p.year ?? "-") === year) &&
    (!spent || bandOf(p.spent_share) === spent) && (!progress || bandOf(p.progress) === progress) &&
    words.every((word) => haystackOf(p).includes(word)));
};

// Sums in satang, exact; the share is over the projects that have both budgets, as in budget_by_agency_year.
const sumsOf = (projects) => {
  let [received, spent, bothReceived, bothSpent] = [0n, 0n, 0n, 0n];
  for (const p of projects) {
    const [got, gave] = [p.received, p.spent].map((satang) => (satang === null ? null : BigInt(satang)));
    received += got ?? 0n;
    spent += gave ?? 0n;
    if (got !== null && gave !== null) {
      bothReceived += got;
      bothSpent += gave;
    }
  }
  const known = projects.filter((p) => p.progress !== null);
  return {
    received, spent, share: bothReceived > 0n ? Number((bothSpent * 1000000n) / bothReceived) / 10000 : null,
    progress: known.length ? known.reduce((sum, p) => sum + p.progress, 0) / known.length : null,
  };
};
const having = (projects, state) => projects.filter((p) => hasState(p, state)).length;

const SORTS = {
  name: (p) => p.name, agency: (p) => p.agency_code, year: (p) => p.year, received: (p) => p.received === null ? null : Number(p.received),
  spent: (p) => p.spent === null ? null : Number(p.spent), share: (p) => p.spent_share, progress: (p) => p.progress, reported: (p) => p.reported,
};
const THAI_ORDER = new Intl.Collator("th");
// In the order of a key, descending if it begins with a minus; unknown values come last.
const sorted = (projects, by) => {
  const keyOf = SORTS[by.replace("-", "")];
  if (!keyOf) return projects;
  const way = by.startsWith("-") ? -1 : 1;
  return projects.map((p) => [keyOf(p), p]).sort(([a, p], [b, q]) => (a === null) - (b === null) ||
    (a === null ? 0 : way * (typeof a === "string" ? THAI_ORDER.compare(a, b) : a - b)) || p.place - q.place).map(([, p]) => p);
};
