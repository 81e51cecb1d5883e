-- A progress report has a date after the day on which the page was captured.
--
-- key: source_id, project_id, ordinal
-- severity: warning
-- title_th: วันที่รายงานอยู่หลังวันที่ดึงข้อมูล
-- title_en: A report is dated after its page was captured
-- advice_th: แจ้งหน่วยงานเจ้าของโครงการให้แก้ไขวันที่รายงาน
-- advice_en: Ask the project's agency to correct the day of the report.
-- message_th: รายงานที่ {row} ลงวันที่ {raw} ซึ่งอยู่หลังวันที่ดึงหน้านี้
WITH in_future AS (
    SELECT
        reports.source_id,
        reports.project_id,
        reports.snapshot_id,
        reports.report_no,
        reports.reported_on_raw,
        reports.reported_on,
        captures.captured_at
    FROM parsed.progress_rows AS reports
    INNER JOIN staging.captures AS captures USING (snapshot_id)
    WHERE reports.reported_on > bangkok_day(captures.captured_at)
),

still AS (
    SELECT in_future.*
    FROM in_future
    INNER JOIN staging.current_versions AS current ON in_future.snapshot_id = current.reports_snapshot_id
),

seen_since AS (
    SELECT
        still.snapshot_id,
        still.report_no,
        held_since(observations.seen_at, in_future.snapshot_id IS NOT NULL) AS first_seen_at
    FROM still
    INNER JOIN staging.observations AS observations USING (source_id, project_id)
    LEFT JOIN in_future
        ON
            observations.snapshot_id = in_future.snapshot_id
            AND still.report_no = in_future.report_no
            AND still.reported_on_raw IS NOT DISTINCT FROM in_future.reported_on_raw
    WHERE observations.is_dated AND observations.reports_fingerprint IS NOT NULL
    GROUP BY still.snapshot_id, still.report_no
)

SELECT
    still.source_id,
    still.project_id,
    still.snapshot_id,
    'progress_history.reported_on' AS field,
    'วันที่รายงาน' AS label,
    still.report_no AS ordinal,
    still.reported_on_raw AS raw,
    'report ' || still.report_no || ' is dated ' || still.reported_on || ', the page was captured on '
    || bangkok_day(still.captured_at) || ' in Bangkok' AS message,
    seen_since.first_seen_at
FROM still
LEFT JOIN seen_since USING (snapshot_id, report_no)
