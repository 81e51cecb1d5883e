-- A progress report was removed or reworded after it had been observed.
--
-- key: source_id, project_id, snapshot_id, first_seen_at, label, message
-- severity: warning
-- title_th: รายงานความคืบหน้าถูกลบหรือแก้ไขภายหลัง
-- title_en: A progress report was removed or reworded later
-- advice_th: เปรียบเทียบฉบับก่อนและหลังในตาราง project_changes แล้วสอบถามหน่วยงาน
-- advice_en: Compare the two versions in project_changes and ask the agency why.
-- message_th: รายงานที่เคยเห็นถูกลบหรือแก้ไข ข้อความเดิมคือ {raw}
SELECT
    edited.source_id,
    edited.project_id,
    versions.snapshot_id,
    edited.field,
    edited.label,
    NULL::BIGINT AS ordinal,
    edited.old AS raw,
    'report of ' || coalesce(edited.row_label, 'no date')
    || CASE WHEN edited.occurrence > 1 THEN ', number ' || edited.occurrence ELSE '' END
    || ': ' || edited.label || ' was ' || edited.change AS message,
    versions.valid_from AS first_seen_at
FROM staging.edited_values AS edited
INNER JOIN staging.versions AS versions
    ON
        edited.source_id = versions.source_id
        AND edited.project_id = versions.project_id
        AND edited.version_no = versions.version_no
WHERE edited.part = 'progress' AND edited.change <> 'added' AND coalesce(edited.old, '') <> ''
