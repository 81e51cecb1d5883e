-- All month rows of each project's newest page as printed, including the extra rows that the site labels wrongly.
--
-- key: source_id, project_id, ordinal
-- sort: place, ordinal
-- references: source_id, project_id -> projects
-- warning: the site repeats month labels (1 1 2 3 1 4 5 6 7 8 6 6 9 10 11 12); for one value per month use targets.
-- warning: month_no is not a calendar month: the source does not say whether month 1 is October or January.
-- columns:
--   source_id = projects
--   project_id = projects
--   ordinal: position of the row on the page, from 1
--   month_no: month as labelled, 1 to 12 | label ผลงานเดือนที่ N | null where the label does not name a month
--   label: label as printed
--   raw: result as printed | label ผลงานเดือนที่ N | null where the page says "not set"
--   value: result of the month | unit target_unit of the project | label ผลงานเดือนที่ N | null where empty, not set or unreadable
--   role: `canonical` for the row that belongs to the run 1 to 12, `extra` for a repeated one
--   snapshot_id: the archived page this row was read from
SELECT
    current.place,
    months.* REPLACE (masked_text(months.raw) AS raw)
FROM parsed.month_rows AS months
INNER JOIN staging.current_versions AS current ON months.snapshot_id = current.months_snapshot_id
