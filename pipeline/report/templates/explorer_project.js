// One project: its place in the policy, money and progress, reports, months, edits, issues and citation.
const EDIT_TYPES = { added: ["เพิ่ม", "added"], removed: ["ลบ", "removed"], edited: ["แก้ไข", "edited"] };
const REPORT_STATES = { 1: ["กำลังดำเนินการ", "under way"], 2: ["เสร็จแล้ว", "done"] };

const heading = (th, en) => make("h3", "", ...inTwo(th, en));
const table = (name, heads, rows) => {
  const cells = heads.map(([th, en]) => headOf("col", "", ...inTwo(th, en)));
  const node = make("div", "scroll", make("table", "", make("thead", "", make("tr", "", ...cells)), make("tbody", "", ...rows)));
  node.tabIndex = 0;
  node.setAttribute("role", "region");
  node.setAttribute("aria-label", name);
  return node;
};
const tableRow = (...cells) => make("tr", "", ...cells.map((children) => make("td", "", ...children)));

// Progress by report, a step at each, between planned start and finish; reports far outside are not drawn, and the caption says so.
const stepChart = (p, reports) => {
  const dated = reports.filter((r) => r.day !== null && r.progress !== null).sort((a, b) => a.day - b.day);
  const plan = [p.start, p.finish].filter((at) => at !== null);
  const near = plan.length === 2 ? dated.filter((r) => r.day > plan[0] - 400 && r.day < plan[1] + 400) : dated;
  const days = [...plan, ...near.map((r) => r.day)];
  if (!near.length || Math.max(...days) === Math.min(...days)) return null;
  const [first, last] = [Math.min(...days), Math.max(...days)];
  const [top, height] = [12, 150];
  const x = (at) => LEFT + (WIDTH * (at - first)) / (last - first);
  const y = (progress) => top + height * (1 - Math.min(Math.max(progress, 0), 110) / 110);
  const chart = timeChart("chart steps", `ความคืบหน้าตามรายงาน ${near.length} ฉบับ · progress by ${counted(near.length, "report")}`, y);
  if (plan.length === 2 && p.finish >= p.start) {
    chart.append(svg("rect", { class: "planned", x: x(p.start), y: top, width: Math.max(x(p.finish) - x(p.start), 1), height }));
  }
  chart.append(svgText("day from", x(first), 190, dayInOne(first)), svgText("day to", x(last), 190, dayInOne(last)));
  const path = near.map((r, i) => (i ? `H${x(r.day).toFixed(1)}V${y(r.progress).toFixed(1)}` : `M${x(r.day).toFixed(1)} ${y(r.progress).toFixed(1)}`)).join("");
  chart.append(svg("path", { class: "line read", d: path }));
  chart.append(...near.map((r) => dot("read", x(r.day), y(r.progress), 4, `${dayInOne(r.day)}: ${percent(r.progress)}`)));
  const left_out = reports.length - near.length;
  const caption = make("figcaption", "quiet", ...inTwo("พื้นสีคือช่วงที่วางแผนไว้ จุดคือรายงาน", "Shaded: as planned. A point is a report."));
  if (left_out) caption.append(" ", ...inTwo(`ไม่ได้วาด ${left_out} รายงานที่ไม่มีวันหรือค่า หรืออยู่ไกลจากแผน`, `Not drawn: ${counted(left_out, "report")} without a day or value, or far from the plan.`));
  return make("figure", "", chart, caption);
};

// The same rules as printable of pipeline/core/text.py: copied text has no invisible characters.
const printable = (text) => text.replace(/\p{Z}/gu, " ").replace(/\p{Cf}/gu, "").replace(/\p{C}/gu, "\ufffd");
const citationOf = (data, p, origin, lang) => {
  const { templates, unnamed, place, archive, bases } = data.citation;
  const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const write = lang === "th" ? thai : english;
  const listed = data.agencies.get(p.agency_code);
  const printed = p.agency ?? listed?.name;
  return printable(fill(templates[lang], {
    agency: (lang === "en" ? listed?.en : null) ?? printed ?? unnamed[lang], title: (p.name ?? "").trim().split(/\s+/).join(" "),
    project_id: p.project_id, url: urlOf(p, origin.url), captured: momentIn(write, origin.captured_at), basis: bases[lang][origin.time_basis],
    seen: momentIn(write, origin.last_seen_at), release: data.release,
    archive: origin.archive_url === null ? "" : fill(archive[lang], { archive_url: urlOf(p, origin.archive_url) }),
    place: origin.warc_file === null ? "-" : fill(place, { file: origin.warc_file, offset: origin.warc_offset }),
  }));
};
const urlOf = (p, template) => template?.replaceAll("{project_id}", p.project_id) ?? null;

const showProject = (data, p, { origin, reports, months, edits, issues }, onBack) => {
  const doubts = (fields) => issues.filter((issue) => fields.includes(issue.field));
  // A value, the text it was read from if that adds something, and a mark if an issue concerns it.
  const facts = make("dl", "facts");
  const fact = (field, en, value, raw, ...others) => {
    const found = doubts([field, ...others]);
    const data_ = make("dd", "", ...value);
    data_.dataset.field = field;
    if (raw !== undefined && raw !== null) data_.append(" ", make("span", "printed", ...inTwo("บนหน้าเขียนว่า", "printed:"), " ", shown(raw)));
    if (found.length) {
      const mark = linkOf("#issues-of-project", "⚠ ", ...inTwo(...data.rules[found[0].code].slice(1)));
      mark.className = "doubt";
      mark.dataset.jump = "issues-of-project";
      data_.append(" ", mark);
    }
    facts.append(make("dt", "", ...inTwo(data.labels[field], en)), data_);
  };
  const measured = (value, unit) => [value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: 4 }), unit ? " " : "", unit === null ? "" : shown(unit)];
  fact("budget_received_thb", "budget received (baht)", [baht(p.received)], origin.received_raw);
  fact("budget_spent_thb", "budget spent (baht)", [baht(p.spent), p.spent_share === null ? "" : ` (${percent(p.spent_share)})`], origin.spent_raw);
  fact("progress_pct", "latest progress", [percent(p.progress), " ", meter(p.progress, "given")], origin.progress_raw);
  fact("target_value", "target of the project", measured(origin.target, origin.target_unit), origin.target_raw, "target_unit");
  fact("result_value", "result", measured(origin.result, origin.result_unit), origin.result_raw, "result_unit");
  fact("start_date", "planned start", day(p.start), origin.start_raw);
  fact("finish_date", "planned finish", day(p.finish), origin.finish_raw);
  fact("weight", "weight", [origin.weight_raw === null ? "–" : shown(origin.weight_raw)]);

  const back = linkOf(addressOf({ project: "" }), ...inTwo("← กลับไปที่รายการ", "back to the list"));
  back.addEventListener("click", (event) => {
    event.preventDefault();
    go({ project: "" });
    onBack();
  });
  const title = make("h2", "", nameOf(p));
  title.id = "project-heading";
  title.tabIndex = -1;
  const step = (th, en, value) => make("li", "", make("span", "quiet", ...inTwo(th, en)), " ", value === null ? "–" : shown(value));
  const office = linkOf(addressOf({ project: "", agency: p.agency_code ?? "-", q: "", state: "", spent: "", progress: "" }),
    shown(p.office.name ?? p.agency_code ?? "–"));
  const chain = make("ol", "chain", step("นโยบาย", "policy", [p.governor_policy, p.policy_id].filter(Boolean).join(" · ") || null),
    step("แขนง", "branch", p.branch_id), step("ตัวชี้วัด", "KPI", p.kpi_id),
    make("li", "", make("span", "quiet", ...inTwo("หน่วยงาน", "agency")), " ", office,
      p.agency !== null && p.agency !== p.office.name ? make("span", "printed", " ", ...inTwo("บนหน้าเขียนว่า", "printed:"), " ", shown(p.agency)) : null),
    make("li", "", make("span", "quiet", ...inTwo("โครงการ", "project")), " ", make("code", "", shown(p.project_id))));
  const tags = tagsOf(p);
  if (p.truncated) tags.append(make("span", "tag unsure", ...inTwo("หน้าไม่ครบ", "only a cut page is known")));
  if (origin.time_basis === "file") tags.append(make("span", "tag unsure", ...inTwo("เวลาตามวันที่ของไฟล์เท่านั้น", "time uncertain: only the date of a file")));
  const parts = [make("p", "back", back), title, tags, chain, facts];

  parts.push(heading("รายงานความคืบหน้า", "Progress reports"));
  const chart = stepChart(p, reports);
  if (chart) parts.push(chart);
  parts.push(reports.length ? table("รายงานความคืบหน้า · Progress reports", [["วันที่รายงาน", "day"], ["ความคืบหน้า", "progress"], ["สถานะ", "status"]],
    reports.map((r) => tableRow(r.day === null ? [shown(r.day_raw)] : day(r.day), r.progress === null ? [shown(r.progress_raw)] : [percent(r.progress)],
      r.status === null ? ["–"] : REPORT_STATES[r.status] ? inTwo(...REPORT_STATES[r.status]) : [shown(r.status)])))
    : make("p", "quiet", ...inTwo("ไม่มีรายงานบนหน้าที่เห็นล่าสุด", "No report on the page last seen.")));
  if (p.days_silent !== null && p.silent) parts.push(make("p", "", ...inTwo(`เงียบมา ${count(p.days_silent)} วันจนถึงวันที่เห็นหน้าครั้งล่าสุด`, `Silent for ${count(p.days_silent)} days until the page was last seen.`)));

  if (months.length) {
    parts.push(heading("ผลงานรายเดือน ตามป้ายบนหน้า", "Month cells, as labelled"));
    const list = make("ol", "months", ...months.map((m) => make("li", m.extra ? "extra" : "", make("span", "quiet", String(m.month ?? "?")), " ", shown(m.raw))));
    parts.push(list, make("p", "quiet", ...inTwo("แหล่งข้อมูลไม่บอกว่าเดือนที่ 1 คือตุลาคมหรือมกราคม ช่องที่เป็นเส้นประคือป้ายที่ซ้ำ", "The source does not say whether month 1 is October or January. Dashed cells repeat a label.")));
  }

  parts.push(heading("สิ่งที่ถูกแก้ไข และเวลาที่เห็น", "What was edited, and when we saw it"));
  parts.push(edits.length ? table("สิ่งที่ถูกแก้ไข · Edits", [["เห็นเมื่อ", "seen"], ["ช่อง", "cell"], ["ก่อน → หลัง", "old → new"]],
    edits.map((e) => tableRow([...moment(e.seen_at), make("br"), make("span", "quiet", ...inTwo("ก่อนหน้านั้นเห็นเมื่อ", "seen before:"), " ", ...moment(e.seen_before_at)),
      e.time_basis === "file" ? make("span", "tag unsure", ...inTwo("เวลาไม่แน่นอน", "time uncertain")) : ""],
      [shown(e.label), e.row_label === null ? "" : make("span", "quiet", " (", shown(e.row_label), ")"), " ", make("span", "tag", ...inTwo(...EDIT_TYPES[e.type])),
        e.after_completion ? " " : "", e.after_completion ? stateTag("edited") : ""],
      [shown(e.old), " → ", shown(e.new)])))
    : make("p", "quiet", ...inTwo("ยังไม่เห็นการแก้ไข", "No edit has been seen so far.")));

  const issuesHead = heading(`ข้อสังเกต: ${count(issues.length)}`, `Issues: ${count(issues.length)}`);
  issuesHead.id = "issues-of-project";
  issuesHead.tabIndex = -1;
  parts.push(issuesHead);
  if (issues.length) {
    parts.push(make("ul", "issues", ...issues.map((issue) => {
      const [severity, th, en] = data.rules[issue.code];
      return make("li", "", make("span", "tag " + severity, ...inTwo(TAGS[severity], severity)), " ",
        ...inTwo(th, en), issue.label === null ? "" : make("span", "quiet", " · ", shown(issue.label)), issue.raw === null ? "" : make("span", "printed", " ", shown(issue.raw)));
    })));
    parts.push(make("p", "", linkOf("quality.html#" + new URLSearchParams({ q: p.project_id }),
      ...inTwo("ดูข้อความเต็มในหน้าคุณภาพข้อมูล", "In full on the quality page"))));
  }

  parts.push(heading("ที่มา และการอ้างอิง", "Source and citation"));
  const page = webLink(urlOf(p, origin.url), ...inTwo("เปิดหน้าบนเว็บไซต์", "Open the live page"));
  const kept = webLink(urlOf(p, origin.archive_url), ...inTwo("สำเนาในคลังเว็บ", "Copy in the web archive"));
  parts.push(make("p", "links", page, page && kept ? " · " : null, kept),
    make("p", "quiet", ...inTwo("เห็นครั้งแรก", "first seen"), " ", ...moment(origin.first_seen_at), " · ", ...inTwo("เห็นครั้งล่าสุด", "last seen"), " ", ...moment(origin.last_seen_at),
      p.vanished ? " · " : null, ...(p.vanished ? [...inTwo("หายไป", "vanished"), " ", ...moment(origin.vanished_at)] : [])));
  if (p.invented) {
    parts.push(make("p", "banner", ...inTwo("เป็นข้อมูลสมมติ จึงไม่มีสิ่งที่อ้างอิงได้", "This is invented data; there is nothing to cite.")));
  } else if (origin.captured_at === null) {
    parts.push(make("p", "quiet", ...inTwo("คำสั่งที่ให้การอ้างอิง", "The command that gives the citation:"), " ", make("code", "", "bma-projects cite " + p.project_id)));
  } else {
    for (const [lang, th, en] of [["th", "คัดลอกการอ้างอิงภาษาไทย", "Copy citation (Thai)"], ["en", "คัดลอกการอ้างอิงภาษาอังกฤษ", "Copy citation (English)"]]) {
      const words = citationOf(data, p, origin, lang);
      const button = make("button", "", ...inTwo(th, en));
      button.dataset.cite = lang;
      const said = make("span", "quiet", "");
      said.setAttribute("role", "status");
      button.addEventListener("click", async () => {
        await copy(words);
        said.replaceChildren(" ", ...inTwo("คัดลอกแล้ว", "copied"));
      });
      const quote = make("blockquote", "cite", words);
      quote.lang = lang;
      parts.push(quote, make("p", "copies", button, said));
    }
  }
  byId("project").replaceChildren(...parts);
  byId("project").onclick = (event) => {
    const target = event.target.closest("[data-jump]")?.dataset.jump;
    if (!target) return;
    event.preventDefault();
    byId(target).scrollIntoView();
    byId(target).focus({ preventScroll: true });
  };
};
