-- Every value that differs between two successive versions of a page, as raw text, cell by cell.
--
-- Label/value rows are matched by label and its repetition, progress and update rows by their date (and time) and its
-- repetition: a report that moved is not a change, one whose wording changed is. Extracted text cannot tell "not set"
-- from empty, so between a page read from text and one read from HTML that difference is none.
WITH wanted AS (
    SELECT DISTINCT snapshot_id FROM staging.edited_pages
),

field_cells AS (
    SELECT
        fields.snapshot_id,
        CASE WHEN fields.field = 'month' THEN 'month' ELSE 'field' END AS part,
        fields.label,
        CASE WHEN fields.field = 'month' THEN 'result_value' ELSE fields.field END AS field,
        NULL::VARCHAR AS row_label,
        row_number() OVER (PARTITION BY fields.snapshot_id, fields.label ORDER BY fields.ordinal) AS occurrence,
        fields.raw
    FROM parsed.page_fields AS fields
    SEMI JOIN wanted ON fields.snapshot_id = wanted.snapshot_id
),

reports AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY snapshot_id, reported_on_raw ORDER BY report_no) AS occurrence
    FROM parsed.progress_rows
    SEMI JOIN wanted ON progress_rows.snapshot_id = wanted.snapshot_id
),

report_cells AS (
    SELECT
        snapshot_id,
        reported_on_raw AS row_label,
        occurrence,
        unnest(
            [
                {'field': 'reported_on', 'label': 'วันที่รายงาน', 'raw': reported_on_raw},
                {'field': 'progress_pct', 'label': 'ความคืบหน้า', 'raw': progress_pct_raw},
                {'field': 'status_code', 'label': 'สถานะโครงการ', 'raw': status_code},
                {'field': 'problem', 'label': 'ปัญหาอปสรรค', 'raw': problem},
                {'field': 'detail', 'label': 'รายละเอียด', 'raw': detail}
            ]
        ) AS cell
    FROM reports
),

edits AS (
    SELECT
        *,
        concat_ws(' ', updated_on_raw, updated_time) AS row_label,
        row_number() OVER (PARTITION BY snapshot_id, updated_on_raw, updated_time ORDER BY update_no) AS occurrence
    FROM parsed.update_rows
    SEMI JOIN wanted ON update_rows.snapshot_id = wanted.snapshot_id
),

edit_cells AS (
    SELECT
        snapshot_id,
        row_label,
        occurrence,
        unnest(
            [
                {'field': 'updated_on', 'label': 'วันที่', 'raw': updated_on_raw},
                {'field': 'updated_time', 'label': 'เวลา', 'raw': updated_time},
                {'field': 'user_name', 'label': 'ชื่อผู้ใช้', 'raw': user_name},
                {'field': 'action', 'label': 'กระทำ', 'raw': action},
                {'field': 'policy_conformity', 'label': 'สอดคล้องตามนโยบาย', 'raw': policy_conformity},
                {'field': 'start_date', 'label': 'เริ่มต้น', 'raw': start_date_raw},
                {'field': 'finish_date', 'label': 'สิ้นสุด', 'raw': finish_date_raw},
                {'field': 'target', 'label': 'เป้าหมาย', 'raw': target},
                {'field': 'result', 'label': 'ผลการดำเนินการ', 'raw': result},
                {'field': 'unit', 'label': 'หน่วยนับ', 'raw': unit}
            ]
        ) AS cell
    FROM edits
),

cells AS (
    SELECT snapshot_id, part, field, label, row_label, occurrence, raw FROM field_cells
    UNION ALL
    SELECT snapshot_id, 'progress', cell.field, cell.label, row_label, occurrence, cell.raw FROM report_cells
    UNION ALL
    SELECT snapshot_id, 'update', cell.field, cell.label, row_label, occurrence, cell.raw FROM edit_cells
),

compared AS (
    SELECT
        sides.source_id,
        sides.project_id,
        sides.version_no,
        sides.is_same_reader,
        cells.part,
        cells.label,
        cells.row_label,
        cells.occurrence,
        max(cells.field) AS field,
        bool_or(sides.is_new) AS is_on_new,
        bool_or(NOT sides.is_new) AS is_on_old,
        max(cells.raw) FILTER (WHERE sides.is_new) AS new,
        max(cells.raw) FILTER (WHERE NOT sides.is_new) AS old
    FROM staging.edited_pages AS sides
    INNER JOIN cells ON sides.snapshot_id = cells.snapshot_id
    GROUP BY ALL
)

SELECT
    source_id,
    project_id,
    version_no,
    part,
    field,
    label,
    row_label,
    occurrence,
    CASE WHEN NOT is_on_old THEN 'added' WHEN NOT is_on_new THEN 'removed' ELSE 'edited' END AS change,
    old,
    new,
    coalesce(
        (coalesce(new, '') = '' AND coalesce(old, '') <> '' AND lead(new) OVER history = old)
        OR (coalesce(old, '') = '' AND coalesce(new, '') <> '' AND lag(old) OVER history = new),
        false
    ) AS is_blink
FROM compared
WHERE
    CASE WHEN is_same_reader THEN new IS DISTINCT FROM old ELSE coalesce(new, '') <> coalesce(old, '') END
    OR (is_on_new <> is_on_old AND part IN ('field', 'month'))
WINDOW history AS (
    PARTITION BY source_id, project_id, part, label, row_label, occurrence ORDER BY version_no
)
