-- A value went away and came back unchanged in the next version.
--
-- severity: info
-- title_th: ค่าหายไปแล้วกลับมาเหมือนเดิม
-- title_en: A value went away and came back unchanged
-- advice_th: ไม่ต้องดำเนินการ แต่ควรทราบว่าระบบต้นทางอาจแสดงค่าว่างชั่วคราว
-- advice_en: Nothing to do; the site may show empty values for a while, so do not read the gap as an edit.
-- message_th: ค่านี้หายไปแล้วกลับมาเหมือนเดิมในฉบับถัดไป
SELECT
    edited.source_id,
    edited.project_id,
    versions.snapshot_id,
    edited.field,
    edited.label,
    NULL::BIGINT AS ordinal,
    edited.old AS raw,
    'gone in version ' || edited.version_no || ', back in the next' AS message,
    versions.valid_from AS first_seen_at
FROM staging.edited_values AS edited
INNER JOIN staging.versions AS versions
    ON
        edited.source_id = versions.source_id
        AND edited.project_id = versions.project_id
        AND edited.version_no = versions.version_no
WHERE edited.is_blink AND coalesce(edited.new, '') = ''
