-- A value disappeared and was back unchanged at a later visit.
--
-- key: source_id, project_id, snapshot_id, first_seen_at, label, message
-- severity: info
-- title_th: ค่าหายไปแล้วกลับมาเหมือนเดิม
-- title_en: A value disappeared and came back unchanged
-- advice_th: ไม่ต้องดำเนินการ แต่ควรทราบว่าระบบต้นทางอาจแสดงค่าว่างชั่วคราว
-- advice_en: Nothing to do; the site may show empty values for a while, so do not treat the gap as an edit.
-- message_th: ค่านี้หายไปแล้วกลับมาเหมือนเดิมในภายหลัง
WITH gaps AS (
    SELECT
        *,
        -- The edit that removed the value is followed by the edit that brought it back, perhaps some versions later.
        lead(version_no) OVER (
            PARTITION BY source_id, project_id, section, said(row_label), known_as, cell_key
            ORDER BY version_no, change_type
        ) AS back_in
    FROM staging.changed_cells
    WHERE is_transient
)

SELECT
    gaps.source_id,
    gaps.project_id,
    gaps.snapshot_id,
    gaps.field,
    gaps.label,
    gaps.old AS raw,
    'gone in version ' || gaps.version_no || ', back in version ' || gaps.back_in
    || coalesce(
        ' (' || nullif(
            concat_ws(
                ', ',
                'row of ' || gaps.row_label,
                CASE WHEN gaps.occurrence > 1 THEN 'number ' || gaps.occurrence END
            ),
            ''
        ) || ')',
        ''
    ) AS message,
    versions.valid_from AS first_seen_at
FROM gaps
INNER JOIN staging.versions AS versions USING (source_id, project_id, version_no)
WHERE said(gaps.new) = ''
