// Compare: agencies by shares, spent share against progress, and both over time. A click leads to the list.
const KINDS = { district: ["สำนักงานเขต", "districts"], bureau: ["สำนัก", "bureaus"], office: ["สำนักปลัด", "offices of the permanent secretary"], other: ["อื่น ๆ", "other"] };
const FEW = 10;
const COLUMNS = [
  ["n", "โครงการ", "Projects", "listed"], ["silent", "เงียบหาย", "Silent", "listed,silent"], ["spent", "ใช้ไป", "Spent", "listed"],
  ["done", "เสร็จแล้ว", "Done", "done,listed"], ["edited", "แก้ไขหลังเสร็จ", "Edited", "edited,listed"],
];

const makeComparison = ({ projects, agencies, history }, onList) => {
  const wanted = (name) => chosen.get(name) ?? "";
  byId("compare-year").append(...yearsOf(projects));
  byId("compare-agency").append(...officeOptions(agencies));
  const kinds = [...new Set([...agencies.values()].map(({ kind }) => kind))].filter(Boolean).sort();
  byId("kind").append(...kinds.map((kind) => optionOf(kind, (KINDS[kind] ?? [kind]).join(" · "))));
  const toList = (changes) => addressOf({ view: "", q: "", spent: "", progress: "", state: "listed", sort: "", order: "", kind: "", ...changes });
  const hasVanished = projects.some((p) => p.vanished);
  const statesFor = (states) => states.split(",").filter((state) => state !== "listed" || hasVanished).join(",");

  const drawTable = (chosenOnes) => {
    const groups = new Map();
    for (const p of chosenOnes) {
      const code = p.agency_code ?? "-";
      if (!groups.has(code)) groups.set(code, []);
      groups.get(code).push(p);
    }
    const rows = [...groups].filter(([code]) => !wanted("kind") || agencies.get(code)?.kind === wanted("kind")).map(([code, list]) => {
      const share = (state) => shareOf(having(list, state), list.length);
      return { code, office: list[0].office, n: list.length, silent: share("silent"), spent: sumsOf(list).share, done: share("done"), edited: share("edited") };
    });
    const by = wanted("order") || "-silent";
    const key = by.replace("-", "");
    const way = by.startsWith("-") ? -1 : 1;
    rows.sort((a, b) => (key === "name" ? 0 : (a.n < FEW) - (b.n < FEW)) || (a[key] === null) - (b[key] === null) || (key === "name" ? way * THAI_ORDER.compare(a.office.name ?? "", b.office.name ?? "") : way * (a[key] - b[key]))
      || b.n - a.n || (a.code < b.code ? -1 : 1));
    byId("compare-heads").replaceChildren(...sortHeads([["name", "หน่วยงาน", "Agency"], ...COLUMNS], by));
    byId("agencies").replaceChildren(...rows.map((row) => {
      const link = (states, ...children) => linkOf(toList({ agency: row.code, state: statesFor(states) }), ...children);
      return make("tr", row.n < FEW ? "few" : "", headOf("row", "", link("listed", ...officeName(row.office))), ...COLUMNS.map(([name, , , states]) => {
        const node = name === "n" ? make("td", "n", link(states, count(row.n))) :
          make("td", "n share", link(states, percent(row[name])), meter(row[name], { silent: "empty", spent: "spent", done: "given", edited: "changed" }[name]));
        node.dataset.measure = name;
        return node;
      }));
    }));
  };

  // All values beyond 100 percent share one place.
  const [TOP, SIZE_X, SIZE_Y] = [16, 546, 330];
  const xOf = (share) => LEFT + (SIZE_X * Math.min(Math.max(share, 0), 115)) / 115;
  const yOf = (progress) => TOP + SIZE_Y * (1 - Math.min(Math.max(progress, 0), 110) / 110);
  const drawScatter = (list) => {
    const points = list.filter((p) => p.spent_share !== null && p.progress !== null);
    const chart = svg("svg", { class: "chart scatter", viewBox: "0 0 640 400", role: "img", "aria-label":
      `${points.length} โครงการ: สัดส่วนเงินที่ใช้กับความคืบหน้า · projects by spent share and progress` });
    const text = (...words) => chart.append(svgText(...words));
    for (const at of [0, 25, 50, 75, 100]) {
      chart.append(svg("line", { class: "grid", x1: LEFT, x2: LEFT + SIZE_X, y1: yOf(at), y2: yOf(at) }),
        svg("line", { class: "grid", x1: xOf(at), x2: xOf(at), y1: TOP, y2: TOP + SIZE_Y }));
      text("tick", LEFT - 6, yOf(at) + 4, at + " %");
      text("day", xOf(at), TOP + SIZE_Y + 16, at + " %");
    }
    text("day", xOf(115), TOP + SIZE_Y + 16, "> 100");
    text("day", LEFT + SIZE_X / 2, 394, "เงินที่ใช้ไปจากที่ได้รับ · spent of what was received");
    text("axis", LEFT + 6, TOP + 12, "คืบหน้า · progress");
    const kindOf = (p) => (p.overspent ? "error" : p.nothing_spent || p.spent_ahead ? "warning" : p.stage === "done" ? "read" : "info");
    for (const kind of ["info", "read", "warning", "error"]) {
      const d = points.filter((p) => kindOf(p) === kind).map((p) => `M${xOf(p.spent_share).toFixed(1)} ${yOf(p.progress).toFixed(1)}h0`).join("");
      if (d) chart.append(svg("path", { class: "dots " + kind, d }));
    }
    chart.addEventListener("click", (event) => {
      const box = chart.getBoundingClientRect();
      const x = ((event.clientX - box.left) * 640) / box.width;
      const y = ((event.clientY - box.top) * 400) / box.height;
      let nearest = null;
      let least = 20 ** 2;
      for (const p of points) {
        const distance = (xOf(p.spent_share) - x) ** 2 + (yOf(p.progress) - y) ** 2;
        if (distance < least) [nearest, least] = [p, distance];
      }
      if (!nearest) return;
      location.hash = toList({ ...scope(), spent: bandOf(nearest.spent_share), progress: bandOf(nearest.progress), state: statesFor("listed") });
    });
    const keys = [["info", "ยังไม่เสร็จ", "not done"], ["read", "เสร็จแล้ว", "done"], ["warning", "ยังไม่ใช้เงิน หรือใช้เงินก่อนงาน", "nothing spent, or spent without progress"], ["error", "ใช้เกินงบ", "overspent"]]
      .map(([css, th, en]) => make("span", "", make("span", "key " + css), ...inTwo(th, en)));
    const without = list.length - points.length;
    byId("scatter").replaceChildren(chart, make("figcaption", "", make("span", "keys", ...keys),
      without ? make("span", "quiet", ...inTwo(`อีก ${count(without)} โครงการไม่มีงบหรือความคืบหน้าให้วาด`, `Not drawn, without budget or progress: ${count(without)}.`)) : null));
    // The same for the keyboard and for screen readers: the number of projects in each field of the chart, as links.
    const counts = new Map();
    for (const p of points) {
      const key = bandOf(p.progress) + " " + bandOf(p.spent_share);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const corner = headOf("col", "", ...inTwo("คืบหน้า ↓ ใช้ไป →", "progress ↓ spent →"));
    const largest = Math.max(1, ...counts.values());
    byId("grid").replaceChildren(make("thead", "", make("tr", "", corner, ...BANDS.map((band) => headOf("col", "n", BAND_NAMES[band])))), make("tbody", "", ...[...BANDS].reverse().map((progress) => make("tr", "", headOf("row", "", BAND_NAMES[progress]), ...BANDS.map((spent) => {
      const n = counts.get(progress + " " + spent) ?? 0;
      if (!n) return make("td", "n quiet", "·");
      return make("td", "n d" + Math.ceil((4 * n) / largest), linkOf(toList({ ...scope(), spent, progress, state: statesFor("listed") }), count(n)));
    })))));
  };

  const drawTime = () => {
    const rows = history.filter((row) => (wanted("agency") ? row.agency_code === wanted("agency") : !wanted("kind") || agencies.get(row.agency_code)?.kind === wanted("kind")));
    const days = [...new Set(rows.map((row) => row.day))].sort((a, b) => a - b);
    if (days.length < 2) {
      byId("time").replaceChildren(make("p", "quiet", ...inTwo("ยังไม่มีประวัติพอสำหรับกราฟ กราฟเริ่มมีความหมายเมื่อมีตั้งแต่สองเดือน", "There is not enough history for a chart yet; it begins with the second month.")));
      return;
    }
    const total = (on, name) => rows.filter((row) => row.day === on).reduce((sum, row) => sum + (row[name] ?? 0), 0);
    const meanOf = (on) => (total(on, "n_progress") ? total(on, "progress") / total(on, "n_progress") : null);
    const series = [["given", days.map(meanOf), "คืบหน้าเฉลี่ย", "mean progress"], ["spent", days.map((on) => shareOf(total(on, "spent"), total(on, "received"))), "ใช้ไปจากที่ได้รับ", "spent of received"]];
    const top = Math.max(100, ...series.flatMap(([, values]) => values.map((value) => Math.min(value ?? 0, 150))));
    const x = (i) => LEFT + (WIDTH * i) / (days.length - 1);
    const y = (value) => 12 + 150 * (1 - Math.min(value, top) / top);
    const chart = timeChart("chart", "ตามเวลา · over time", y);
    const every = Math.ceil(days.length / 5);
    days.forEach((on, i) => {
      if ((days.length - 1 - i) % every) return;
      const css = "day" + (i === days.length - 1 ? " to" : i === 0 ? " from" : "");
      chart.append(svgText(css, x(i), 186, dayInOne(on).replace(/^\d+ /, "")));
    });
    for (const [css, values] of series) {
      const known = values.map((value, i) => [i, value]).filter(([, value]) => value !== null);
      chart.append(svg("path", { class: "line " + css, d: known.map(([i, value], n) => `${n ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join("") }));
      chart.append(...known.map(([i, value]) => dot(css, x(i), y(value), 3.5, `${dayInOne(days[i])}: ${percent(value)}`)));
    }
    byId("time").replaceChildren(chart, make("figcaption", "", make("span", "keys", ...series.map(([css, , th, en]) => make("span", "", make("span", "key " + css), ...inTwo(th, en)))),
      make("span", "quiet", ...inTwo("ปลายเดือนตามที่เราเห็น ไม่ใช่ตามที่หน่วยงานกรอก โครงการที่เพิ่งพบเข้ามาเมื่อพบครั้งแรก", "Month ends as we observed them, not as the agencies wrote them; a project counts from the day it was first seen."))));
  };

  const scope = () => ({ agency: wanted("agency"), year: wanted("year") });
  const draw = () => {
    for (const [id, name] of [["compare-year", "year"], ["compare-agency", "agency"], ["kind", "kind"]]) byId(id).value = wanted(name);
    const listed = projects.filter((p) => p.listed && (!wanted("year") || String(p.year ?? "-") === wanted("year")));
    drawTable(listed);
    drawScatter(listed.filter((p) => (!wanted("agency") || (p.agency_code ?? "-") === wanted("agency")) && (!wanted("kind") || p.office.kind === wanted("kind"))));
    drawTime();
  };
  byId("compare-tools").addEventListener("input", ({ target }) => {
    choose(target.id.replace("compare-", ""), target.value);
    draw();
  });
  byId("compare-tools").addEventListener("submit", (event) => event.preventDefault());
  byId("compare-heads").addEventListener("click", ({ target }) => {
    const by = target.closest("button")?.dataset.sort;
    if (!by) return;
    choose("order", by);
    draw();
    byId("compare-heads").querySelector("[aria-sort] button")?.focus();
  });
  return draw;
};
