-- The page's own edit log, as each project's newest page shows it.
--
-- key: source_id, project_id, update_no
-- sort: place, update_no
-- references: source_id, project_id -> projects
-- warning: this is what the site says of its edits; project_changes is what was observed between two captures.
-- warning: user names are published as a stable pseudonym unless the operator decided otherwise.
-- columns:
--   source_id = projects
--   project_id = projects
--   update_no: position in the log, from 1 in page order
--   updated_on: day of the edit | unit day | label วันที่ | null where empty or ambiguous
--   updated_on_raw: the same as printed | label วันที่ | null where not set
--   updated_time: time of day as printed | label เวลา | null where empty or not set
--   user_name: pseudonym of the user | label ชื่อผู้ใช้ | null where empty or not set
--   action: what was done | label กระทำ | null where empty or not set
--   policy_conformity: conformity with the policy | label สอดคล้องตามนโยบาย | null where empty or not set
--   start_date: start written by this edit | unit day | label เริ่มต้น | null where empty or ambiguous
--   start_date_raw: the same as printed | label เริ่มต้น | null where not set
--   finish_date: end written by this edit | unit day | label สิ้นสุด | null where empty or ambiguous
--   finish_date_raw: the same as printed | label สิ้นสุด | null where not set
--   target: target written by this edit, as printed | label เป้าหมาย | null where empty or not set
--   result: result written by this edit, as printed | label ผลการดำเนินการ | null where empty or not set
--   unit: unit written by this edit | label หน่วยนับ | null where empty or not set
--   snapshot_id: the archived page this row was read from
WITH newest AS (
    SELECT
        current.place,
        updates.* REPLACE (pseudonym(updates.user_name) AS user_name)
    FROM parsed.update_rows AS updates
    INNER JOIN staging.current_versions AS current ON updates.snapshot_id = current.updates_snapshot_id
)

SELECT
    COLUMNS(lambda name: NOT is_typed(name)),
    masked_text(COLUMNS(lambda name: is_typed(name)))
FROM newest
