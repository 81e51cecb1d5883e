-- Every cell that says something else than it did in the state of its section before, as raw text.
--
-- key: source_id, project_id, version_no, section, row_label, occurrence, cell_key
--
-- Only whole sections are compared, each with the last whole one before it. Label/value rows are matched by their field
-- and its repetition, rows of tables by their date (and time) and its repetition: a report that moved is not a change,
-- one that says something else is.
WITH edits AS (
    SELECT
        row_number() OVER () AS edit_no,
        states.source_id,
        states.project_id,
        versions.version_no,
        states.section,
        states.snapshot_id,
        states.previous_snapshot_id
    FROM staging.section_states AS states
    INNER JOIN staging.versions AS versions
        ON
            states.source_id = versions.source_id
            AND states.project_id = versions.project_id
            AND states.snapshot_id = versions.snapshot_id
            AND states.seen_from = versions.valid_from
    WHERE states.state_no > 1
),

sides AS (
    SELECT
        edit_no,
        section,
        unnest([snapshot_id, previous_snapshot_id]) AS snapshot_id,
        unnest([true, false]) AS is_new
    FROM edits
),

shown AS (
    SELECT
        sides.edit_no,
        sides.is_new,
        cells.field,
        cells.label,
        cells.row_label,
        said(cells.row_label) AS row_key,
        cells.occurrence,
        cells.cell_key,
        cells.raw
    FROM parsed.page_cells AS cells
    INNER JOIN sides ON cells.snapshot_id = sides.snapshot_id AND cells.section = sides.section
),

compared AS (
    SELECT
        coalesce(new_side.edit_no, old_side.edit_no) AS edit_no,
        coalesce(new_side.field, old_side.field) AS field,
        coalesce(new_side.label, old_side.label) AS label,
        coalesce(new_side.row_label, old_side.row_label) AS row_label,
        coalesce(new_side.row_key, old_side.row_key) AS row_key,
        coalesce(new_side.occurrence, old_side.occurrence) AS occurrence,
        coalesce(new_side.cell_key, old_side.cell_key) AS cell_key,
        new_side.edit_no IS NOT NULL AS is_on_new,
        old_side.edit_no IS NOT NULL AS is_on_old,
        old_side.raw AS old,
        new_side.raw AS new
    FROM (FROM shown WHERE is_new) AS new_side
    FULL JOIN (FROM shown WHERE NOT is_new) AS old_side
        ON
            new_side.edit_no = old_side.edit_no
            AND new_side.row_key = old_side.row_key
            AND new_side.occurrence = old_side.occurrence
            AND new_side.cell_key = old_side.cell_key
)

SELECT
    edits.source_id,
    edits.project_id,
    edits.version_no,
    edits.section,
    CASE WHEN edits.section = 'month' THEN 'result_value' ELSE compared.field END AS field,
    compared.label,
    compared.row_label,
    compared.occurrence,
    compared.cell_key,
    CASE
        WHEN NOT compared.is_on_old THEN 'added'
        WHEN NOT compared.is_on_new THEN 'removed'
        ELSE 'edited'
    END AS change_type,
    compared.old,
    compared.new,
    coalesce(
        (said(compared.new) = '' AND said(compared.old) <> '' AND said(lead(compared.new) OVER history) = said(compared.old))
        OR (said(compared.old) = '' AND said(compared.new) <> '' AND said(lag(compared.old) OVER history) = said(compared.new)),
        false
    ) AS is_transient,
    edits.snapshot_id,
    edits.previous_snapshot_id
FROM compared
INNER JOIN edits ON compared.edit_no = edits.edit_no
WHERE
    said(compared.new) <> said(compared.old)
    OR (compared.is_on_new <> compared.is_on_old AND edits.section IN ('field', 'month'))
WINDOW history AS (
    PARTITION BY
        edits.source_id, edits.project_id, edits.section, compared.row_key, compared.occurrence, compared.cell_key
    ORDER BY edits.version_no
)
