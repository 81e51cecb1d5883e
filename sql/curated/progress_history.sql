-- Every progress report ever seen on a page, including those that were removed later.
--
-- key: source_id, project_id, report_no
-- sort: place, report_no
-- references: source_id, project_id -> projects
-- warning: reports are free text typed by the agency: progress may fall, exceed 100 or contradict the month cells.
-- warning: filter on is_current for the reports that are on the newest page.
-- columns:
--   source_id = projects
--   project_id = projects
--   report_no: number of the report in the order in which reports were first seen; on a page that only grows this is page order
--   page_row_no: its row on the newest page, from 1 | null where the report is no longer there
--   reported_on: day of the report as the page says | unit day | label วันที่รายงาน | null where empty or ambiguous
--   reported_on_raw: the same as printed | label วันที่รายงาน | null where not set
--   progress_pct: progress reported | unit percent | label ความคืบหน้า | null where empty or unreadable
--   progress_pct_raw: the same as printed | label ความคืบหน้า | null where not set
--   change_pct: progress_pct minus that of the previous current report, in order of day and, within a day, of the page | unit percentage points | null for the first report, an undated one or one no longer there
--   status_code: state of the project; 1 under way, 2 done | label สถานะโครงการ | null where empty or not set
--   problem: problem reported; ไม่มี means none | label ปัญหาอปสรรค | null where empty or not set
--   detail: what was done | label รายละเอียด | null where empty or not set
--   detail_date: the day the detail text begins with | unit day | label รายละเอียด | null where it begins with none
--   n_revisions: how many revisions of this report were observed, empty and "not set" being the same; more than 1 means it was edited afterwards; where a day ever had more than one report, each wording counts as a separate report | unit revisions
--   first_seen_at: when the report was first observed | unit UTC timestamp
--   last_seen_at: when it was last observed | unit UTC timestamp
--   is_current: true while the report is on the newest observed page
--   snapshot_id: the archived page its newest revision was read from
--
-- The texts are scanned once: with a union of two scans, sorting the texts of a million projects does not fit into memory.
WITH places AS (
    FROM staging.edited_reports
    UNION ALL BY NAME
    SELECT
        place,
        1 AS n_revisions,
        coalesce(reports_first_seen_at, reports_part_seen_at) AS first_seen_at,
        coalesce(reports_last_seen_at, reports_part_seen_at) AS last_seen_at,
        reports_snapshot_id AS snapshot_id
    FROM staging.current_versions
    ANTI JOIN staging.edited_reports USING (place)
),

numbered AS (
    SELECT
        reports.* REPLACE (coalesce(places.report_no, reports.report_no) AS report_no),
        places.place,
        CASE WHEN places.row_no IS NULL THEN reports.report_no ELSE places.page_row_no END AS page_row_no,
        places.n_revisions,
        places.first_seen_at,
        places.last_seen_at
    FROM parsed.progress_rows AS reports
    INNER JOIN places
        ON
            reports.snapshot_id = places.snapshot_id
            AND (places.row_no IS NULL OR places.row_no = reports.report_no)
)

SELECT
    COLUMNS(lambda name: NOT is_typed(name) AND name <> 'previous_progress_pct'),
    masked_text(COLUMNS(lambda name: is_typed(name))),
    CASE WHEN page_row_no IS NOT NULL THEN progress_pct - previous_progress_pct END AS change_pct,
    page_row_no IS NOT NULL AS is_current
FROM numbered
