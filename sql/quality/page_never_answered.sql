-- The page of a project was asked for and never answered.
--
-- key: source_id, project_id
-- severity: error
-- title_th: ขอหน้าโครงการนี้แล้วแต่ไม่เคยได้คำตอบ
-- title_en: The page was asked for and never answered
-- advice_th: เปิดหน้าโครงการบนเว็บไซต์เพื่อตรวจสอบ หากหน้าแสดงถูกต้อง ให้รอการดึงข้อมูลรอบถัดไป
-- advice_en: Open the page on the site; if it shows correctly there, the next run will read it.
-- message_th: ขอหน้านี้แล้วแต่ไม่เคยได้คำตอบที่ใช้ได้
SELECT
    attempts.source_id,
    attempts.project_id,
    NULL::VARCHAR AS snapshot_id,
    NULL::VARCHAR AS field,
    NULL::VARCHAR AS label,
    NULL::BIGINT AS ordinal,
    NULL::VARCHAR AS raw,
    count(*) || ' attempts, last outcome ' || arg_max(attempts.outcome, (attempts.requested_at, attempts.outcome))
    || coalesce(': ' || arg_max(attempts.error, (attempts.requested_at, attempts.error)), '') AS message,
    min(attempts.requested_at) AS first_seen_at
FROM staging.attempts AS attempts
ANTI JOIN staging.newest AS newest
    ON attempts.source_id = newest.source_id AND attempts.project_id = newest.project_id
WHERE attempts.project_id IS NOT NULL
GROUP BY attempts.source_id, attempts.project_id
HAVING count(attempts.snapshot_id) = 0
