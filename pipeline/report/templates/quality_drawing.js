// Draws the page's issues and its controls. Text from pages reaches the document through text nodes alone: no
// innerHTML, no attribute but title and checked links.
const PAGE = 50;
const TAGS = { error: "ผิดพลาด", warning: "เตือน", info: "สังเกต" };
const LANGUAGES = ["both", "th", "en"];
const FILTERS = ["q", "severity", "code", "agency", "year", "by", "new"];
const byId = (id) => document.getElementById(id);

const make = (tag, css, ...children) => {
  const node = document.createElement(tag);
  if (css) node.className = css;
  node.append(...children.filter((child) => child !== null));
  return node;
};
const inTwo = (th, en) => {
  const parts = [["th", th], ["en", en]].map(([lang, text]) => {
    const span = make("span", "beside", text);
    span.lang = lang;
    return span;
  });
  return [parts[0], " ", parts[1]];
};

// The same rules as pipeline/core/text.py.
const ODD = /[\p{C}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffd\ufe00-\ufe0f]|(?! )\p{Zs}|^ | $/gu;
const ARROWS = { "\n": "⏎", "\t": "⇥", "\r": "␍", " ": "␣" };
const shown = (text) => {
  if (text === null) return make("span", "none", "∅");
  const node = document.createElement("bdi");
  let end = 0;
  for (const found of text.matchAll(ODD)) {
    node.append(text.slice(end, found.index));
    const char = found[0];
    const point = "U+" + char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    const mark = make("span", "mark", ARROWS[char] ?? point);
    mark.title = point;
    node.append(mark, char === "\n" ? "\n" : "");
    end = found.index + char.length;
  }
  node.append(text.slice(end));
  return node;
};

// What the reader chose lives behind the # of the address, so that it can be kept, sent and reloaded.
const chosen = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
const choose = (name, value) => {
  if (value) chosen.set(name, value);
  else chosen.delete(name);
  history.replaceState(null, "", "#" + chosen);
};

const setLanguage = (lang) => {
  const known = LANGUAGES.includes(lang) ? lang : "both";
  document.documentElement.dataset.lang = known;
  document.documentElement.lang = known === "en" ? "en" : "th";
  for (const button of byId("language").children) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === known));
  }
};
byId("language").classList.remove("hidden");
byId("language").addEventListener("click", (event) => {
  const lang = event.target.dataset.lang;
  if (!lang) return;
  choose("lang", lang === "both" ? "" : lang);
  setLanguage(lang);
});
setLanguage(chosen.get("lang"));

// Jumping inside the page must not wipe out what stands behind the #.
document.querySelector("nav").addEventListener("click", (event) => {
  const link = event.target.closest("a");
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
    if (e.project.url && /^https?:\/\//.test(e.project.url)) {
      const link = make("a", "", ...inTwo("เปิดหน้าบนเว็บไซต์", "Open the live page"));
      link.href = e.project.url;
      link.rel = "noopener noreferrer nofollow";
      link.target = "_blank";
      links.append(link);
    }
    if (e.project.command) links.append(make("code", "command", shown(e.project.command)));
    if (e.seen) links.append(make("span", "quiet", ...inTwo("พบครั้งแรก", "first seen"), " " + e.seen.slice(0, 10)));
    node.append(message, links);
    return node;
  };

  const svg = (tag, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, content] of Object.entries(attributes)) node.setAttribute(name, content);
    return node;
  };
  // One horizontal bar, split into its parts; whole is what its full width stands for.
  const bar = (parts, whole, title) => {
    const node = svg("svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": title });
    let x = 0;
    for (const [css, n] of parts) {
      const width = whole ? (100 * n) / whole : 0;
      node.append(svg("rect", { class: css, x, y: 0, width, height: 10 }));
      x += width;
    }
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
    found = matching(all, value);
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
    try {
      await navigator.clipboard.writeText(csvOf(found));
    } catch {
      // Where the clipboard is closed to pages, the old way still works.
      const area = make("textarea");
      area.value = csvOf(found);
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    said(`คัดลอกแล้ว ${found.length} รายการ`, `${found.length} issues copied`);
  });
  byId("save").addEventListener("click", () => {
    const link = make("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + csvOf(found)], { type: "text/csv;charset=utf-8" }));
    link.download = "bma-projects-issues.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });

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

if (byId("packed").textContent && "DecompressionStream" in window) unpack(byId("packed").textContent).then(start);
