-- A page that already said 100 percent was edited.
--
-- key: source_id, project_id, snapshot_id, first_seen_at
-- severity: info
-- title_th: มีการแก้ไขหลังโครงการแล้วเสร็จ
-- title_en: Edited after completion
-- advice_th: ดูสิ่งที่เปลี่ยนในตาราง project_changes
-- advice_en: See project_changes for what was edited.
-- message_th: หน้าถูกแก้ไขหลังจากที่เคยระบุความคืบหน้า 100%
SELECT
    versions.source_id,
    versions.project_id,
    versions.snapshot_id,
    count(*) || ' values changed in version ' || versions.version_no || ': '
    || string_agg(DISTINCT cells.label, ', ' ORDER BY cells.label) AS message,
    versions.valid_from AS first_seen_at
FROM staging.versions AS versions
INNER JOIN staging.fields_before AS before USING (source_id, project_id, version_no)
INNER JOIN staging.changed_cells AS cells USING (source_id, project_id, version_no)
WHERE before.progress_pct >= 100
GROUP BY versions.source_id, versions.project_id, versions.snapshot_id, versions.version_no, versions.valid_from
