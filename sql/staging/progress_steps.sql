-- The step of each current, dated report from the one before it by day.
--
-- key: place, report_no
-- columns:
--   place = staging.newest
--   report_no = progress_history
--   change_pct = progress_history
--
-- Apart from the texts of the reports, and made before they are read: a window that carries the texts of a million
-- projects along does not fit into memory.
WITH dated AS (
    SELECT
        place,
        report_no,
        reported_on,
        progress_pct
    FROM staging.edited_reports
    WHERE page_row_no IS NOT NULL AND reported_on IS NOT NULL
    UNION ALL
    SELECT
        newest.place,
        single.report_no,
        single.reported_on,
        single.progress_pct
    FROM parsed.progress_rows AS single
    INNER JOIN staging.newest AS newest ON single.snapshot_id = newest.snapshot_id
    WHERE newest.n_versions = 1 AND single.reported_on IS NOT NULL
)

SELECT
    place,
    report_no,
    progress_pct - lag(progress_pct) OVER (PARTITION BY place ORDER BY reported_on, report_no) AS change_pct
FROM dated
