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
--   n_wordings: how many wordings of this report were observed; more than 1 means it was edited afterwards | unit wordings
--   first_seen_at: when the report was first observed | unit UTC timestamp
--   last_seen_at: when it was last observed | unit UTC timestamp
--   is_current: true while the report stands on the newest observed page
--   snapshot_id: the archived page its newest wording was read from
WITH observed AS (
    SELECT
        newest.place,
        reports.*,
        versions.version_no,
        versions.n_versions,
        versions.valid_from,
        versions.last_seen_at,
        row_number() OVER (
            PARTITION BY reports.snapshot_id, versions.version_no, reports.reported_on_raw ORDER BY reports.report_no
        ) AS occurrence
    FROM parsed.progress_rows AS reports
    INNER JOIN staging.versions AS versions ON reports.snapshot_id = versions.snapshot_id
    INNER JOIN staging.newest AS newest
        ON versions.source_id = newest.source_id AND versions.project_id = newest.project_id
    WHERE versions.n_versions > 1
),

merged AS (
    SELECT
        place,
        source_id,
        project_id,
        reported_on_raw,
        min((version_no, report_no)) AS first_place,
        max(report_no) FILTER (WHERE version_no = n_versions) AS page_row_no,
        max_by(
            {
                'reported_on': reported_on,
                'progress_pct': progress_pct,
                'progress_pct_raw': progress_pct_raw,
                'status_code': status_code,
                'problem': problem,
                'detail': detail,
                'detail_date': detail_date,
                'snapshot_id': snapshot_id
            },
            version_no
        ) AS newest,
        count(DISTINCT concat_ws(chr(31), progress_pct_raw, status_code, problem, detail)) AS n_wordings,
        min(valid_from) AS first_seen_at,
        max(last_seen_at) AS last_seen_at
    FROM observed
    GROUP BY place, source_id, project_id, reported_on_raw, occurrence
),

reports AS (
    SELECT
        place,
        source_id,
        project_id,
        row_number() OVER (PARTITION BY place ORDER BY first_place) AS report_no,
        page_row_no,
        newest.reported_on,
        reported_on_raw,
        newest.progress_pct,
        newest.progress_pct_raw,
        newest.status_code,
        newest.problem,
        newest.detail,
        newest.detail_date,
        n_wordings,
        first_seen_at,
        last_seen_at,
        newest.snapshot_id
    FROM merged
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
),

-- The steps are computed apart from the texts, over narrow rows read once more: a window or a join that carries the
-- texts of a million projects along spills gigabytes.
dated AS (
    SELECT
        place,
        row_number() OVER (PARTITION BY place ORDER BY first_place) AS report_no,
        page_row_no,
        newest.reported_on,
        newest.progress_pct
    FROM merged
    UNION ALL
    SELECT
        newest.place,
        single.report_no,
        single.report_no AS page_row_no,
        single.reported_on,
        single.progress_pct
    FROM parsed.progress_rows AS single
    INNER JOIN staging.newest AS newest ON single.snapshot_id = newest.snapshot_id
    WHERE newest.n_versions = 1
),

steps AS (
    SELECT
        place,
        report_no,
        progress_pct - lag(progress_pct) OVER (PARTITION BY place ORDER BY reported_on, report_no) AS change_pct
    FROM dated
    WHERE page_row_no IS NOT NULL AND reported_on IS NOT NULL
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
LEFT JOIN steps ON reports.place = steps.place AND reports.report_no = steps.report_no
