"""How much of its budget has each agency spent? One bar an agency and fiscal year, 100 percent marked."""

from examples.drawing import Bar, answers, bars, chosen_release, draw

SQL = """
SELECT coalesce(
           agency_listed || CASE WHEN name_source IN ('inferred', 'eliminated') THEN ' (?)' ELSE '' END,
           agency, agency_code, 'ไม่ทราบหน่วยงาน'
       ) AS agency,
       fiscal_year_be, n_projects, budget_received_thb,
       budget_spent_thb, spent_share_pct, is_invented
FROM budget_by_agency_year
WHERE spent_share_pct IS NOT NULL
ORDER BY spent_share_pct DESC, agency_code, fiscal_year_be, is_invented
LIMIT 30
"""
CEILING = 200.0


def main() -> None:
    """Draw the page."""
    release = chosen_release()
    rows = [
        Bar(
            f"{row.agency} ปี {row.fiscal_year_be or '–'}",
            f"{row.n_projects} โครงการ · ได้รับ {row.budget_received_thb:,.0f} · ใช้ไป {row.budget_spent_thb:,.0f} บาท",
            float(row.spent_share_pct),
            f"{row.spent_share_pct:,.1f} %",
            row.is_invented,
        )
        for row in answers(release, SQL)
    ]
    draw(
        "budget-by-agency",
        "การใช้งบประมาณของแต่ละหน่วยงาน",
        "Budget spent in percent of budget received, by agency and fiscal year",
        bars("ใช้ไปร้อยละของที่ได้รับ · spent of received", rows, ceiling=CEILING, mark=100),
        release,
        "The broken line is 100 percent. A bar of the other colour goes on beyond 200.",
        "0 spent often means that nobody reported, and a budget typed into the wrong row looks like overspending.",
        "The agency is the one of the project code; (?) marks a name that was concluded, not read.",
        "A project that stands on two sources counts once, as its newest known page has it.",
    )


if __name__ == "__main__":
    main()
