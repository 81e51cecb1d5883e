"""Which projects fell silent? Days without a report before the page was last seen, below 100 percent."""

from examples.drawing import Bar, answers, bars, chosen_release, draw

SQL = """
SELECT coalesce(name, project_id) AS name, coalesce(agency, '') AS agency,
       coalesce(printf('%g %%', progress_pct::DOUBLE), 'ไม่ระบุความคืบหน้า') AS progress, last_reported_on, days_silent,
       url, is_invented
FROM silent_projects
WHERE days_silent IS NOT NULL
ORDER BY days_silent DESC, project_id
LIMIT 20
"""
NEVER = "SELECT count(*) AS n FROM silent_projects WHERE last_reported_on IS NULL"


def main() -> None:
    """Draw the page."""
    release = chosen_release()
    rows = [
        Bar(
            row.name,
            f"{row.agency} · {row.progress} · รายงานล่าสุด {row.last_reported_on}",
            float(row.days_silent),
            f"{row.days_silent:,} วัน",
            row.is_invented,
            row.url,
        )
        for row in answers(release, SQL)
    ]
    draw(
        "silent-projects",
        "โครงการที่ไม่มีรายงานความคืบหน้า",
        "Projects below 100 percent without a progress report for 60 days or more",
        bars("จำนวนวันที่ไม่มีรายงาน · days without a report", rows),
        release,
        "Silence is measured to the day the page was last seen, not to today.",
        f"{answers(release, NEVER)[0].n} more projects never reported at all.",
    )


if __name__ == "__main__":
    main()
