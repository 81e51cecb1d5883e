-- The page of the project was gone in two runs, at least build.vanished_after_hours apart.
--
-- key: source_id, project_id
-- severity: warning
-- title_th: โครงการหายไปจากเว็บไซต์
-- title_en: The project vanished from the site
-- advice_th: ตรวจสอบกับหน่วยงานว่าโครงการถูกลบหรือเปลี่ยนรหัส
-- advice_en: Ask the agency whether the project was deleted or has a new code; its last state stays in the tables.
-- message_th: ไม่พบหน้าของโครงการนี้ในการดึงข้อมูลสองครั้งที่ห่างกันหลายชั่วโมง จึงถือว่าหายไป ข้อมูลสุดท้ายยังอยู่ในตาราง
SELECT
    source_id,
    project_id,
    snapshot_id,
    'last seen ' || last_seen_at::VARCHAR || ', second absence ' || vanished_at::VARCHAR AS message,
    vanished_at AS first_seen_at
FROM staging.current_versions
WHERE vanished_at IS NOT NULL
