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
INNER JOIN staging.fields_before AS before
    ON
        versions.source_id = before.source_id
        AND versions.project_id = before.project_id
        AND versions.version_no = before.version_no
INNER JOIN staging.changed_cells AS cells
    ON
        versions.source_id = cells.source_id
        AND versions.project_id = cells.project_id
        AND versions.version_no = cells.version_no
WHERE before.progress_pct >= 100
GROUP BY versions.source_id, versions.project_id, versions.snapshot_id, versions.version_no, versions.valid_from
