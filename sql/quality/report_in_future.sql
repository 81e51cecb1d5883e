-- A progress report has a date after the day on which the page was captured.
--
-- key: source_id, project_id, ordinal
-- severity: warning
-- title_th: วันที่รายงานอยู่หลังวันที่ดึงข้อมูล
-- title_en: A report is dated after its page was captured
-- advice_th: แจ้งหน่วยงานเจ้าของโครงการให้แก้ไขวันที่รายงาน
-- advice_en: Ask the project's agency to correct the day of the report.
-- message_th: รายงานที่ {row} ลงวันที่ {raw} ซึ่งอยู่หลังวันที่ดึงหน้านี้
SELECT
    reports.source_id,
    reports.project_id,
    reports.snapshot_id,
    'progress_history.reported_on' AS field,
    'วันที่รายงาน' AS label,
    reports.report_no AS ordinal,
    reports.reported_on_raw AS raw,
    'report ' || reports.report_no || ' is dated ' || reports.reported_on || ', the page was captured on '
    || bangkok_day(captures.captured_at) || ' in Bangkok' AS message
FROM parsed.progress_rows AS reports
INNER JOIN staging.current_versions AS current ON reports.snapshot_id = current.reports_snapshot_id
INNER JOIN staging.captures AS captures ON reports.snapshot_id = captures.snapshot_id
WHERE reports.reported_on > bangkok_day(captures.captured_at)
