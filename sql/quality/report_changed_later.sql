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
    cells.source_id,
    cells.project_id,
    cells.snapshot_id,
    cells.field,
    cells.label,
    cells.old AS raw,
    'report of ' || coalesce(cells.row_label, 'no date')
    || CASE WHEN cells.occurrence > 1 THEN ', number ' || cells.occurrence ELSE '' END
    || ': ' || cells.label || ' was ' || cells.change_type AS message,
    versions.valid_from AS first_seen_at
FROM staging.changed_cells AS cells
INNER JOIN staging.versions AS versions USING (source_id, project_id, version_no)
WHERE cells.section = 'progress' AND cells.change_type <> 'added' AND said(cells.old) <> ''
