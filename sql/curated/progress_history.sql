-- Every progress report ever seen on a page, also one that was removed later.
--
-- key: source_id, project_id, report_no
-- sort: place, report_no
-- references: source_id, project_id -> projects
-- warning: reports are free text typed by the agency: progress may fall, exceed 100 or contradict the month cells.
-- warning: filter on is_current for the reports that stand on the newest page.
-- columns:
--   source_id = projects
--   project_id = projects
--   report_no: number of the report in the order in which reports were first seen; on a page that only grows this is page order
--   page_row_no: its row on the newest page, from 1 | null where the report is no longer there
--   reported_on: day of the report as the page says | unit day | label วันที่รายงาน | null where empty or ambiguous
--   reported_on_raw: the same as printed | label วันที่รายงาน | null where not set
--   progress_pct: progress reported | unit percent | label ความคืบหน้า | null where empty or unreadable
--   progress_pct_raw: the same as printed | label ความคืบหน้า | null where not set
--   change_pct: progress_pct less that of the report before it by day, among the current ones | unit percentage points | null for the first report, an undated one or one no longer there
--   status_code: state of the project; 1 under way, 2 done | label สถานะโครงการ | null where empty or not set
--   problem: problem reported; ไม่มี means none | label ปัญหาอปสรรค | null where empty or not set
--   detail: what was done | label รายละเอียด | null where empty or not set
--   detail_date: the day the detail text begins with | unit day | label รายละเอียด | null where it begins with none
--   n_wordings: how many wordings of this report were observed, empty and "not set" being one; more than 1 means it was edited afterwards | unit wordings
--   first_seen_at: when the report was first observed | unit UTC timestamp
--   last_seen_at: when it was last observed | unit UTC timestamp
--   is_current: true while the report stands on the newest observed page
--   snapshot_id: the archived page its newest wording was read from
WITH reports AS (
    SELECT
        place,
        source_id,
        project_id,
        report_no,
        page_row_no,
        reported_on,
        reported_on_raw,
        progress_pct,
        progress_pct_raw,
        status_code,
        problem,
        detail,
        detail_date,
        n_wordings,
        first_seen_at,
        last_seen_at,
        snapshot_id
    FROM staging.edited_reports
    UNION ALL
    SELECT
        newest.place,
        single.source_id,
        single.project_id,
        single.report_no,
        single.report_no AS page_row_no,
        single.reported_on,
        single.reported_on_raw,
        single.progress_pct,
        single.progress_pct_raw,
        single.status_code,
        single.problem,
        single.detail,
        single.detail_date,
        1 AS n_wordings,
        newest.valid_from AS first_seen_at,
        newest.last_seen_at,
        single.snapshot_id
    FROM parsed.progress_rows AS single
    INNER JOIN staging.newest AS newest ON single.snapshot_id = newest.snapshot_id
    WHERE newest.n_versions = 1
)

SELECT
    reports.place,
    reports.source_id,
    reports.project_id,
    reports.report_no,
    reports.page_row_no,
    reports.reported_on,
    reports.reported_on_raw,
    reports.progress_pct,
    reports.progress_pct_raw,
    steps.change_pct,
    reports.status_code,
    reports.problem,
    reports.detail,
    reports.detail_date,
    reports.n_wordings,
    reports.first_seen_at,
    reports.last_seen_at,
    reports.page_row_no IS NOT NULL AS is_current,
    reports.snapshot_id
FROM reports
LEFT JOIN staging.progress_steps AS steps
    ON reports.place = steps.place AND reports.report_no = steps.report_no
