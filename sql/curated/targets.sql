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
-- One row of a month is canonical, or the check of keys refuses the release. So only the others are gathered: a list for
-- each of all months would cost more than all the rest of this table.
WITH canonical AS (
    SELECT
        newest.place,
        months.month_no,
        months.ordinal,
        months.raw,
        months.value
    FROM parsed.month_rows AS months
    INNER JOIN staging.newest AS newest ON months.snapshot_id = newest.snapshot_id
    WHERE months.month_no IS NOT NULL AND months.role IS DISTINCT FROM 'extra'
),

extra AS (
    SELECT
        newest.place,
        months.month_no,
        count(*) AS n_rows,
        list({'ordinal': months.ordinal, 'raw': months.raw}) AS cells,
        min(coalesce(months.value::VARCHAR, months.raw, '')) AS least,
        max(coalesce(months.value::VARCHAR, months.raw, '')) AS greatest
    FROM parsed.month_rows AS months
    INNER JOIN staging.newest AS newest ON months.snapshot_id = newest.snapshot_id
    WHERE months.month_no IS NOT NULL AND months.role = 'extra'
    GROUP BY newest.place, months.month_no
),

months AS (
    SELECT
        coalesce(canonical.place, extra.place) AS place,
        coalesce(canonical.month_no, extra.month_no) AS month_no,
        canonical.value AS result_value,
        canonical.raw AS result_raw,
        (canonical.place IS NOT NULL)::BIGINT + coalesce(extra.n_rows, 0) AS n_rows,
        CASE
            WHEN extra.place IS NULL THEN false
            WHEN canonical.place IS NULL THEN extra.least <> extra.greatest
            ELSE
                extra.least <> extra.greatest
                OR extra.least <> coalesce(canonical.value::VARCHAR, canonical.raw, '')
        END AS is_conflicting,
        CASE
            WHEN extra.place IS NULL THEN [canonical.raw]
            WHEN canonical.place IS NULL THEN list_transform(list_sort(extra.cells), lambda cell: cell.raw)
            ELSE
                list_transform(
                    list_sort(list_append(extra.cells, {'ordinal': canonical.ordinal, 'raw': canonical.raw})),
                    lambda cell: cell.raw
                )
        END AS raw_values
    FROM canonical
    FULL JOIN extra ON canonical.place = extra.place AND canonical.month_no = extra.month_no
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
