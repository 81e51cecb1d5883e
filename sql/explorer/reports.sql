-- The progress reports on the newest pages, in page order.
SELECT
    places.place,
    reports.reported_on - DATE '1970-01-01' AS day,
    CASE WHEN reports.reported_on IS NULL THEN left(reports.reported_on_raw, 40) END AS day_raw,
    reports.progress_pct::DOUBLE AS progress,
    CASE WHEN reports.progress_pct IS NULL THEN left(reports.progress_pct_raw, 40) END AS progress_raw,
    left(reports.status_code, 40) AS status
FROM places
INNER JOIN progress_history AS reports USING (source_id, project_id)
WHERE reports.is_current
ORDER BY places.place, reports.page_row_no
