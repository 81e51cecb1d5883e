"""What was changed on pages that already said 100 percent, and when did we see it?"""

from examples.drawing import INVENTED, Event, answers, chosen_release, draw, table, timeline

SQL = """
SELECT project_id, coalesce(name, project_id) AS name, coalesce(agency, '') AS agency, label, old, new, url,
       is_invented, strftime(observed_at AT TIME ZONE 'Asia/Bangkok', '%Y-%m-%d') AS day, epoch(observed_at) AS seconds
FROM edited_after_completion
ORDER BY observed_at, project_id, label
LIMIT 60
"""
NOTHING = "<p>ไม่พบการแก้ไข · No edit was seen yet: it takes captures of two different days.</p>"


def main() -> None:
    """Draw the page."""
    release = chosen_release()
    edits = answers(release, SQL)
    first, last = (edits[0].seconds, edits[-1].seconds) if edits else (0, 1)
    rows = [
        Event(
            edit.name,
            f"{edit.agency} · {edit.label}",
            (edit.seconds - first) / ((last - first) or 1),
            edit.day,
            edit.is_invented,
            edit.url,
        )
        for edit in edits
    ]
    said = [
        (edit.day, edit.project_id, edit.label, edit.old or "", edit.new or "", INVENTED if edit.is_invented else "")
        for edit in edits
    ]
    body = NOTHING
    if edits:
        body = timeline("วันที่พบการแก้ไข · when we saw the edit", edits[0].day, edits[-1].day, rows)
        body += table(("วันที่", "รหัสโครงการ", "รายการ", "ก่อน · before", "หลัง · after", ""), said)
    draw(
        "edits-after-completion",
        "การแก้ไขข้อมูลหลังโครงการแล้วเสร็จ",
        "What changed on pages that already said 100 percent",
        body,
        release,
        "The day is when we saw the new value; the edit itself happened between that visit and the one before.",
        "An edit after completion can be a correction. Ask before you conclude.",
    )


if __name__ == "__main__":
    main()
