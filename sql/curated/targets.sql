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
--
-- A list for each of all months would cost more than all the rest of this table, so only the extra rows are gathered in
-- lists. One row of a month is canonical; with two the build ends, since one of them would be lost.
WITH months AS (
    SELECT
        newest.place,
        rows_of_month.month_no,
        max(rows_of_month.value) FILTER (WHERE rows_of_month.role IS DISTINCT FROM 'extra') AS result_value,
        max(rows_of_month.raw) FILTER (WHERE rows_of_month.role IS DISTINCT FROM 'extra') AS result_raw,
        max(rows_of_month.ordinal) FILTER (WHERE rows_of_month.role IS DISTINCT FROM 'extra') AS ordinal,
        list({'ordinal': rows_of_month.ordinal, 'raw': rows_of_month.raw})
            FILTER (WHERE rows_of_month.role = 'extra') AS extra,
        count(*) AS n_rows,
        min(coalesce(rows_of_month.value::VARCHAR, rows_of_month.raw, ''))
        <> max(coalesce(rows_of_month.value::VARCHAR, rows_of_month.raw, '')) AS is_conflicting
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
    CASE
        WHEN months.n_rows - coalesce(len(months.extra), 0) > 1
            THEN error(
                'month ' || months.month_no || ' of project ' || pages.project_id || ' (snapshot ' || pages.snapshot_id
                || ') has two canonical rows; parse again'
            )
        WHEN months.extra IS NULL THEN [months.result_raw]
        WHEN months.ordinal IS NULL THEN list_transform(list_sort(months.extra), lambda cell: cell.raw)
        ELSE
            list_transform(
                list_sort(list_append(months.extra, {'ordinal': months.ordinal, 'raw': months.result_raw})),
                lambda cell: cell.raw
            )
    END AS raw_values,
    pages.target_value,
    pages.target_unit,
    pages.snapshot_id
FROM months
INNER JOIN staging.newest_pages AS pages ON months.place = pages.place
