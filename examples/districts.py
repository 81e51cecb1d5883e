"""Districts side by side: how many projects, how many done, silent, with open issues."""

from examples.drawing import Bar, answers, bars, chosen_release, draw

SQL = """
SELECT coalesce(
           projects.agency_listed
           || CASE WHEN projects.name_source IN ('inferred', 'eliminated') THEN ' (?)' ELSE '' END,
           projects.agency_code
       ) AS agency,
       count(*) AS n_projects,
       count(*) FILTER (WHERE projects.progress_pct >= 100) AS n_done,
       count(silent.project_id) AS n_silent,
       coalesce(sum(n_issues), 0) AS n_issues,
       projects.is_invented
FROM projects_unique AS projects
JOIN agencies ON projects.agency_code = agencies.agency_code AND agencies.kind = 'district'
LEFT JOIN silent_projects AS silent ON projects.project_id = silent.project_id
WHERE projects.status = 'listed'
GROUP BY ALL
ORDER BY n_projects DESC, agency, projects.is_invented
"""
PARTS = (
    ("โครงการทั้งหมด · projects", "n_projects"),
    ("แล้วเสร็จ · done (100 %)", "n_done"),
    ("ไม่มีรายงาน 60 วันขึ้นไป · silent for 60 days", "n_silent"),
    ("ประเด็นคุณภาพข้อมูล · open data-quality issues", "n_issues"),
)


def main() -> None:
    """Draw the page."""
    release = chosen_release()
    districts = answers(release, SQL)
    body = ""
    for title, column in PARTS:
        ranked = sorted(districts, key=lambda row: (-getattr(row, column), row.agency))[:12]
        rows = [
            Bar(row.agency, f"{row.n_projects} โครงการ", float(number), f"{number:,}", row.is_invented)
            for row in ranked
            for number in [getattr(row, column)]
        ]
        body += bars(title, rows)
    draw(
        "districts",
        "เปรียบเทียบสำนักงานเขต",
        "District offices side by side, the first twelve of each count",
        body,
        release,
        "Counts follow how many projects an office has on the site, not how well it works.",
        "The agency is the one of the project code; what the page names is in projects.agency.",
        "(?) marks a name that was concluded, not read.",
    )


if __name__ == "__main__":
    main()
