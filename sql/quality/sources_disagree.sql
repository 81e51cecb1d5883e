-- The same project has a different name, budget or progress on another source.
--
-- key: source_id, project_id, message
-- severity: info
-- title_th: ค่าของโครงการเดียวกันต่างกันระหว่างเว็บไซต์
-- title_en: The same project has different values on another source
-- advice_th: เปรียบเทียบเวลาที่ดึงข้อมูลของทั้งสองเว็บไซต์ก่อนใช้ค่า
-- advice_en: Compare the capture times of the two sources before using either value.
-- message_th: ค่าของโครงการนี้ต่างจากในอีกเว็บไซต์หนึ่ง
WITH said_since AS (
    SELECT
        current.source_id,
        current.project_id,
        held_since(
            observations.seen_at,
            (pages.name, pages.progress_pct, pages.budget_received_thb, pages.budget_spent_thb)
            IS NOT DISTINCT FROM
            (current.name, current.progress_pct, current.budget_received_thb, current.budget_spent_thb)
        ) AS first_seen_at
    FROM staging.current_pages AS current
    INNER JOIN staging.observations AS observations USING (source_id, project_id)
    INNER JOIN parsed.pages AS pages ON observations.snapshot_id = pages.snapshot_id
    WHERE
        observations.is_dated
        AND observations.fields_fingerprint IS NOT NULL
        AND current.project_id IN (
            SELECT project_id FROM staging.current_versions GROUP BY project_id HAVING count(*) > 1
        )
    GROUP BY current.source_id, current.project_id
)

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
    ) AS message,
    greatest(here_since.first_seen_at, there_since.first_seen_at) AS first_seen_at
FROM staging.current_pages AS here
INNER JOIN staging.current_pages AS there
    ON here.project_id = there.project_id AND here.source_id <> there.source_id
LEFT JOIN said_since AS here_since
    ON here.source_id = here_since.source_id AND here.project_id = here_since.project_id
LEFT JOIN said_since AS there_since
    ON there.source_id = there_since.source_id AND there.project_id = there_since.project_id
WHERE
    (here.name, here.progress_pct, here.budget_received_thb, here.budget_spent_thb)
    IS DISTINCT FROM (there.name, there.progress_pct, there.budget_received_thb, there.budget_spent_thb)
