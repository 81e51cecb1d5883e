// Builds the page: the address decides what is shown.
const VIEWS = ["find", "compare", "about", "project"];
const TITLE = document.title;

const startExplorer = (data, details) => {
  nameMonths(data.months);
  const places = new Map(data.projects.map((p) => [p.project_id, p]));
  let isFirst = true;
  const show = async () => {
    const project = places.get(chosen.get("project"));
    const view = project ? "project" : VIEWS.includes(chosen.get("view")) && chosen.get("view") !== "project" ? chosen.get("view") : "find";
    if (project) showProject(data, project, (await details())(project.place), show);
    else if (view === "find") drawList();
    else if (view === "compare") drawComparison();
    // Pages without readable values have issues, but are no project of this release.
    const unknown = project ? null : chosen.get("project");
    byId("no-project").classList.toggle("hidden", !unknown);
    byId("no-project").replaceChildren(...(unknown ? [make("code", "", shown(unknown)), " ", ...inTwo(
      "ไม่มีในชุดข้อมูลนี้ ด้านล่างคือโครงการอื่น", "is not a project of this release; below are others")] : []));
    for (const name of VIEWS) byId(name).classList.toggle("hidden", name !== view);
    for (const link of byId("views").querySelectorAll("[data-view]")) {
      if (link.dataset.view === (view === "project" ? "find" : view)) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      link.href = addressOf({ view: link.dataset.view === "find" ? "" : link.dataset.view, project: "" });
    }
    document.title = project ? `${project.project_id} · ${TITLE}` : TITLE;
    if (!isFirst) {
      scrollTo(0, 0);
      byId(view + "-heading").focus({ preventScroll: true });
    }
    isFirst = false;
    document.documentElement.dataset.view = project ? project.project_id : view;
  };
  const drawList = makeList(data, show);
  const drawComparison = makeComparison(data, show);
  addEventListener("popstate", () => {
    readAddress();
    setLanguage(chosen.get("lang"));
    show();
  });
  const finished = document.querySelector("footer time")?.textContent.trim() ?? "";
  addEventListener("beforeprint", () => {
    byId("printed").textContent = `${places.has(chosen.get("project")) ? chosen.get("project") : askedFor(data)} · bma-projects ${data.release} · ${finished}`;
  });
  return show().then(() => setTimeout(foldAhead, 600, data.projects, haystackOf));
};

if (byId("packed").textContent && "DecompressionStream" in window) {
  let unpacked = null;
  const details = () => {
    unpacked ??= unpack(byId("details").textContent).then(readDetails);
    return unpacked;
  };
  unpack(byId("packed").textContent).then(readProjects).then((data) => startExplorer(data, details)).then(() => {
    byId("needs-script").remove();
    document.documentElement.dataset.ready = "1";
    // The data for a click or a search is prepared while the reader looks at the page.
    setTimeout(details, 300);
  });
}
