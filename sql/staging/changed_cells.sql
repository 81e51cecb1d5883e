-- Every value that differs between two successive versions of a page, as raw text, cell by cell.
--
-- key: source_id, project_id, version_no, section, label, row_label, occurrence
--
-- Label/value rows are matched by label and its repetition, progress and update rows by their date (and time) and its
-- repetition: a report that moved is not a change, one whose wording changed is. Extracted text cannot tell "not set"
-- from empty, so between a page read from text and one read from HTML that difference is none.
WITH fields AS (
    SELECT
        sides.edit_no,
        sides.is_new,
        CASE WHEN fields.field = 'month' THEN 'month' ELSE 'field' END AS section,
        fields.label,
        CASE WHEN fields.field = 'month' THEN 'result_value' ELSE fields.field END AS field,
        fields.raw,
        fields.occurrence
    FROM parsed.page_fields AS fields
    INNER JOIN staging.edited_pages AS sides ON fields.snapshot_id = sides.snapshot_id
),

field_cells AS (
    SELECT
        coalesce(new_side.edit_no, old_side.edit_no) AS edit_no,
        coalesce(new_side.section, old_side.section) AS section,
        greatest(new_side.field, old_side.field) AS field,
        coalesce(new_side.label, old_side.label) AS label,
        coalesce(new_side.occurrence, old_side.occurrence) AS occurrence,
        new_side.edit_no IS NOT NULL AS is_on_new,
        old_side.edit_no IS NOT NULL AS is_on_old,
        old_side.raw AS old,
        new_side.raw AS new
    FROM (FROM fields WHERE is_new) AS new_side
    FULL JOIN (FROM fields WHERE NOT is_new) AS old_side
        ON
            new_side.edit_no = old_side.edit_no
            AND new_side.section = old_side.section
            AND new_side.label = old_side.label
            AND new_side.occurrence = old_side.occurrence
),

rows_of_tables AS (
    SELECT
        sides.edit_no,
        sides.is_new,
        'progress' AS section,
        reports.reported_on_raw AS row_label,
        row_number() OVER (
            PARTITION BY sides.edit_no, sides.is_new, reports.reported_on_raw ORDER BY reports.report_no
        ) AS occurrence,
        [
            reports.reported_on_raw,
            reports.progress_pct_raw,
            reports.status_code,
            reports.problem,
            reports.detail
        ] AS cells
    FROM parsed.progress_rows AS reports
    INNER JOIN staging.edited_pages AS sides ON reports.snapshot_id = sides.snapshot_id
    UNION ALL
    SELECT
        sides.edit_no,
        sides.is_new,
        'update' AS section,
        concat_ws(' ', updates.updated_on_raw, updates.updated_time) AS row_label,
        row_number() OVER (
            PARTITION BY sides.edit_no, sides.is_new, concat_ws(' ', updates.updated_on_raw, updates.updated_time)
            ORDER BY updates.update_no
        ) AS occurrence,
        [
            updates.updated_on_raw,
            updates.updated_time,
            updates.user_name,
            updates.action,
            updates.policy_conformity,
            updates.start_date_raw,
            updates.finish_date_raw,
            updates.target,
            updates.result,
            updates.unit
        ] AS cells
    FROM parsed.update_rows AS updates
    INNER JOIN staging.edited_pages AS sides ON updates.snapshot_id = sides.snapshot_id
),

-- The lists are of one length and unnest beside each other; a row that stands on one side only has nulls on the other.
table_cells AS (
    SELECT
        coalesce(new_side.edit_no, old_side.edit_no) AS edit_no,
        coalesce(new_side.section, old_side.section) AS section,
        coalesce(new_side.row_label, old_side.row_label) AS row_label,
        coalesce(new_side.occurrence, old_side.occurrence) AS occurrence,
        new_side.edit_no IS NOT NULL AS is_on_new,
        old_side.edit_no IS NOT NULL AS is_on_old,
        unnest(
            CASE coalesce(new_side.section, old_side.section)
                WHEN 'progress'
                    THEN [
                        {'field': 'reported_on', 'label': 'วันที่รายงาน'},
                        {'field': 'progress_pct', 'label': 'ความคืบหน้า'},
                        {'field': 'status_code', 'label': 'สถานะโครงการ'},
                        {'field': 'problem', 'label': 'ปัญหาอปสรรค'},
                        {'field': 'detail', 'label': 'รายละเอียด'}
                    ]
                ELSE [
                    {'field': 'updated_on', 'label': 'วันที่'},
                    {'field': 'updated_time', 'label': 'เวลา'},
                    {'field': 'user_name', 'label': 'ชื่อผู้ใช้'},
                    {'field': 'action', 'label': 'กระทำ'},
                    {'field': 'policy_conformity', 'label': 'สอดคล้องตามนโยบาย'},
                    {'field': 'start_date', 'label': 'เริ่มต้น'},
                    {'field': 'finish_date', 'label': 'สิ้นสุด'},
                    {'field': 'target', 'label': 'เป้าหมาย'},
                    {'field': 'result', 'label': 'ผลการดำเนินการ'},
                    {'field': 'unit', 'label': 'หน่วยนับ'}
                ]
            END
        ) AS named,
        unnest(old_side.cells) AS old,
        unnest(new_side.cells) AS new
    FROM (FROM rows_of_tables WHERE is_new) AS new_side
    FULL JOIN (FROM rows_of_tables WHERE NOT is_new) AS old_side
        ON
            new_side.edit_no = old_side.edit_no
            AND new_side.section = old_side.section
            AND new_side.row_label IS NOT DISTINCT FROM old_side.row_label
            AND new_side.occurrence = old_side.occurrence
    WHERE new_side.cells IS DISTINCT FROM old_side.cells
),

cells AS (
    SELECT edit_no, section, field, label, NULL AS row_label, occurrence, is_on_new, is_on_old, old, new
    FROM field_cells
    UNION ALL
    SELECT edit_no, section, named.field, named.label, row_label, occurrence, is_on_new, is_on_old, old, new
    FROM table_cells
)

SELECT
    sides.source_id,
    sides.project_id,
    sides.version_no,
    cells.section,
    cells.field,
    cells.label,
    cells.row_label,
    cells.occurrence,
    CASE WHEN NOT cells.is_on_old THEN 'added' WHEN NOT cells.is_on_new THEN 'removed' ELSE 'edited' END AS change_type,
    cells.old,
    cells.new,
    coalesce(
        (
            coalesce(cells.new, '') = '' AND coalesce(cells.old, '') <> ''
            AND lead(cells.new) OVER history = cells.old
        )
        OR (
            coalesce(cells.old, '') = '' AND coalesce(cells.new, '') <> ''
            AND lag(cells.old) OVER history = cells.new
        ),
        false
    ) AS is_transient
FROM cells
INNER JOIN staging.edited_pages AS sides ON cells.edit_no = sides.edit_no AND sides.is_new
WHERE
    CASE
        WHEN sides.is_same_reader THEN cells.new IS DISTINCT FROM cells.old
        ELSE coalesce(cells.new, '') <> coalesce(cells.old, '')
    END
    OR (cells.is_on_new <> cells.is_on_old AND cells.section IN ('field', 'month'))
WINDOW history AS (
    PARTITION BY sides.source_id, sides.project_id, cells.section, cells.label, cells.row_label, cells.occurrence
    ORDER BY sides.version_no
)
