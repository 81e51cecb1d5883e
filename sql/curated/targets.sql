-- The canonical monthly result of each project beside its target.
--
-- key: source_id, project_id, month_no
-- sort: place, month_no
-- references: source_id, project_id -> projects
-- warning: month_no is not a calendar month: the source does not say whether month 1 is October or January. Never derive a date from it.
-- warning: where is_conflicting is true the page shows different values for the same month; all of them stand in raw_values.
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
WITH months AS (
    SELECT
        newest.place,
        rows_of_month.month_no,
        max(rows_of_month.value) FILTER (WHERE rows_of_month.role = 'canonical') AS result_value,
        max(rows_of_month.raw) FILTER (WHERE rows_of_month.role = 'canonical') AS result_raw,
        count(*) AS n_rows,
        min(coalesce(rows_of_month.value::VARCHAR, rows_of_month.raw, ''))
        <> max(coalesce(rows_of_month.value::VARCHAR, rows_of_month.raw, '')) AS is_conflicting,
        list(rows_of_month.raw ORDER BY rows_of_month.ordinal) AS raw_values
    FROM parsed.month_rows AS rows_of_month
    INNER JOIN staging.newest AS newest ON rows_of_month.snapshot_id = newest.snapshot_id
    WHERE rows_of_month.month_no IS NOT NULL
    GROUP BY newest.place, rows_of_month.month_no
)

SELECT
    months.place,
    pages.source_id,
    pages.project_id,
    months.month_no,
    months.result_value,
    months.result_raw,
    months.n_rows,
    months.is_conflicting,
    months.raw_values,
    pages.target_value,
    pages.target_unit,
    pages.snapshot_id
FROM months
INNER JOIN staging.newest_pages AS pages ON months.place = pages.place
