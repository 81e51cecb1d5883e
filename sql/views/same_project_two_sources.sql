-- The same project code on two instances of the application with different values.
--
-- key: project_id, source_id, other_source_id
-- warning: the two instances may show the state of different days; compare last_seen_at before you conclude anything.
-- columns:
--   project_id = projects
--   source_id: the first of the two instances
--   other_source_id: the second of the two instances
--   name: name on the first | label ชื่อโครงการ | null where empty or not set
--   other_name: name on the second | label ชื่อโครงการ | null where empty or not set
--   progress_pct: latest progress on the first | unit percent | label คืบหน้าล่าสุด | null where empty, not set or unreadable
--   other_progress_pct: latest progress on the second | unit percent | label คืบหน้าล่าสุด | null where empty, not set or unreadable
--   budget_received_thb: budget received on the first | unit THB | label งบฯ ที่ได้รับ (บาท) | null where empty, not set or unreadable
--   other_budget_received_thb: budget received on the second | unit THB | label งบฯ ที่ได้รับ (บาท) | null where empty, not set or unreadable
--   budget_spent_thb: budget spent on the first | unit THB | label งบฯ ที่ใช้ไป (บาท) | null where empty, not set or unreadable
--   other_budget_spent_thb: budget spent on the second | unit THB | label งบฯ ที่ใช้ไป (บาท) | null where empty, not set or unreadable
--   last_seen_at: when the first was last observed | unit UTC timestamp
--   other_last_seen_at: when the second was last observed | unit UTC timestamp
--   is_invented: true where one of the two pages is made up, as most of the built-in sample's are
SELECT
    here.project_id,
    here.source_id,
    there.source_id AS other_source_id,
    here.name,
    there.name AS other_name,
    here.progress_pct,
    there.progress_pct AS other_progress_pct,
    here.budget_received_thb,
    there.budget_received_thb AS other_budget_received_thb,
    here.budget_spent_thb,
    there.budget_spent_thb AS other_budget_spent_thb,
    here.last_seen_at,
    there.last_seen_at AS other_last_seen_at,
    here.is_invented OR there.is_invented AS is_invented
FROM projects AS here
INNER JOIN projects AS there ON here.project_id = there.project_id AND here.source_id < there.source_id
WHERE
    here.name IS DISTINCT FROM there.name
    OR here.progress_pct IS DISTINCT FROM there.progress_pct
    OR here.budget_received_thb IS DISTINCT FROM there.budget_received_thb
    OR here.budget_spent_thb IS DISTINCT FROM there.budget_spent_thb
