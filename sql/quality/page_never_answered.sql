-- The page of a project was requested and never answered.
--
-- key: source_id, project_id
-- severity: error
-- title_th: ขอหน้าโครงการนี้แล้วแต่ไม่เคยได้คำตอบ
-- title_en: The page was requested and never answered
-- advice_th: เปิดหน้าโครงการบนเว็บไซต์เพื่อตรวจสอบ หากหน้าแสดงถูกต้อง ให้รอการดึงข้อมูลรอบถัดไป
-- advice_en: Open the page on the site; if it shows correctly there, the next run will read it.
-- message_th: ขอหน้านี้แล้วแต่ไม่เคยได้คำตอบที่ใช้ได้
SELECT
    visits.source_id,
    visits.project_id,
    sum(visits.n_visits) || ' attempts, last outcome ' || arg_max(visits.outcome, (visits.requested_at, visits.outcome))
    || coalesce(': ' || arg_max(visits.error, (visits.requested_at, visits.error)), '') AS message,
    min(visits.first_at) AS first_seen_at
FROM staging.visits AS visits
ANTI JOIN staging.current_versions AS current USING (source_id, project_id)
WHERE visits.project_id IS NOT NULL
GROUP BY visits.source_id, visits.project_id
HAVING count(visits.snapshot_id) = 0
