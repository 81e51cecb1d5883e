-- The same project has a different name, budget or progress on another source.
--
-- key: source_id, project_id, message
-- severity: info
-- title_th: ค่าของโครงการเดียวกันต่างกันระหว่างเว็บไซต์
-- title_en: The same project has different values on another source
-- advice_th: เปรียบเทียบเวลาที่ดึงข้อมูลของทั้งสองเว็บไซต์ก่อนใช้ค่า
-- advice_en: Compare the capture times of the two sources before using either value.
-- message_th: ค่าของโครงการนี้ต่างจากในอีกเว็บไซต์หนึ่ง
SELECT
    here.source_id,
    here.project_id,
    here.snapshot_id,
    'differs from ' || there.source_id || ' in '
    || concat_ws(
        ', ',
        CASE WHEN here.name IS DISTINCT FROM there.name THEN 'name' END,
        CASE WHEN here.progress_pct IS DISTINCT FROM there.progress_pct THEN 'progress_pct' END,
        CASE WHEN here.budget_received_thb IS DISTINCT FROM there.budget_received_thb THEN 'budget_received_thb' END,
        CASE WHEN here.budget_spent_thb IS DISTINCT FROM there.budget_spent_thb THEN 'budget_spent_thb' END
    ) AS message
FROM staging.current_pages AS here
INNER JOIN staging.current_pages AS there
    ON here.project_id = there.project_id AND here.source_id <> there.source_id
WHERE
    (here.name, here.progress_pct, here.budget_received_thb, here.budget_spent_thb)
    IS DISTINCT FROM (there.name, there.progress_pct, there.budget_received_thb, there.budget_spent_thb)
