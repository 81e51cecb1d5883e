-- The canonical monthly result of each project beside its target.
--
-- key: source_id, project_id, month_no
-- sort: place, month_no
-- references: source_id, project_id -> projects
-- warning: month_no is not a calendar month: the source does not say whether month 1 is October or January. Never derive a date from it.
-- warning: where is_conflicting is true the page shows different values for the same month; raw_values has all of them.
-- columns:
--   source_id = projects
--   project_id = projects
--   month_no: month as labelled, 1 to 12; not a calendar month | label ผลงานเดือนที่ N
--   result_value: result of the month in its canonical row | unit target_unit | label ผลงานเดือนที่ N | null where empty, not set, unreadable or without canonical row
--   result_raw: the same as printed | label ผลงานเดือนที่ N | null where the page says "not set" or no row is canonical
--   n_rows: how many rows of the page carry this month | unit rows
--   is_conflicting: true where those rows disagree
--   raw_values: all values of this month in page order | label ผลงานเดือนที่ N
--   target_value = projects
--   target_unit = projects
--   snapshot_id: the archived page this row was read from
SELECT
    current.place,
    results.* REPLACE (
        masked_text(results.result_raw) AS result_raw,
        list_transform(results.raw_values, lambda raw: masked_text(raw)) AS raw_values
    ),
    pages.target_value,
    masked_text(pages.target_unit) AS target_unit
FROM parsed.month_results AS results
INNER JOIN staging.current_versions AS current ON results.snapshot_id = current.months_snapshot_id
INNER JOIN parsed.pages AS pages ON current.fields_snapshot_id = pages.snapshot_id
