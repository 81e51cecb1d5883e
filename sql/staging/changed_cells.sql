-- Every cell that says something else than it did in the state of its section before, as raw text.
--
-- key: source_id, project_id, version_no, section, row_label, occurrence, cell_key, change_type
--
-- Only whole sections are compared, each with the last whole one before it. Label/value rows are matched by their field
-- and its repetition. Rows of tables that say the same on both sides are matched first, wherever they stand; those left
-- over of one date (and time) are matched in page order. So a report that moved is not a change, one that says something
-- else is. occurrence is that of the new row, or of the one that was removed. A row without a text says as much as none.
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
        sides.section,
        sides.is_new,
        cells.ordinal,
        cells.field,
        cells.label,
        cells.row_label,
        said(cells.row_label) AS row_key,
        cells.occurrence,
        cells.cell_key,
        cells.raw,
        said(cells.raw) AS says
    FROM parsed.page_cells AS cells
    INNER JOIN sides ON cells.snapshot_id = sides.snapshot_id AND cells.section = sides.section
),

table_rows AS (
    SELECT
        edit_no,
        is_new,
        ordinal,
        row_key,
        occurrence,
        md5(
            string_agg(cell_key || chr(31) || says, chr(30) ORDER BY cell_key, says) FILTER (says <> '')
        ) AS row_says
    FROM shown
    WHERE section IN ('progress', 'update')
    GROUP BY edit_no, is_new, ordinal, row_key, occurrence
),

counted_rows AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY edit_no, is_new, row_key, row_says ORDER BY occurrence) AS repetition
    FROM table_rows
),

-- Of the rows that say the same on both sides none is left.
rows_of_one_side AS (
    SELECT *
    FROM counted_rows
    QUALIFY count(*) OVER (PARTITION BY edit_no, row_key, row_says, repetition) = 1
),

left_over AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY edit_no, is_new, row_key ORDER BY occurrence) AS pair_no
    FROM rows_of_one_side
),

-- A row that was edited is known by its place; one that went, or came, by what it says.
paired AS (
    SELECT
        edit_no,
        is_new,
        ordinal,
        pair_no,
        CASE
            WHEN count(*) OVER (PARTITION BY edit_no, row_key, pair_no) = 1 THEN concat_ws(' ', row_says, repetition)
            ELSE max(occurrence) FILTER (is_new) OVER (PARTITION BY edit_no, row_key, pair_no)::VARCHAR
        END AS known_as
    FROM left_over
),

matched AS (
    SELECT
        shown.*,
        coalesce(paired.pair_no, shown.occurrence) AS pair_no,
        coalesce(paired.known_as, shown.occurrence::VARCHAR) AS known_as
    FROM shown
    LEFT JOIN paired
        ON shown.edit_no = paired.edit_no AND shown.is_new = paired.is_new AND shown.ordinal = paired.ordinal
    WHERE shown.section IN ('field', 'month') OR paired.edit_no IS NOT NULL
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
        coalesce(new_side.known_as, old_side.known_as) AS known_as,
        new_side.edit_no IS NOT NULL AS is_on_new,
        old_side.edit_no IS NOT NULL AS is_on_old,
        old_side.raw AS old,
        new_side.raw AS new,
        coalesce(old_side.says, '') AS old_says,
        coalesce(new_side.says, '') AS new_says
    FROM (FROM matched WHERE is_new) AS new_side
    FULL JOIN (FROM matched WHERE NOT is_new) AS old_side
        ON
            new_side.edit_no = old_side.edit_no
            AND new_side.row_key = old_side.row_key
            AND new_side.pair_no = old_side.pair_no
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
        (compared.new_says = '' AND compared.old_says <> '' AND lead(compared.new_says) OVER history = compared.old_says)
        OR (compared.old_says = '' AND compared.new_says <> '' AND lag(compared.old_says) OVER history = compared.new_says),
        false
    ) AS is_transient,
    compared.known_as,
    edits.snapshot_id,
    edits.previous_snapshot_id
FROM compared
INNER JOIN edits ON compared.edit_no = edits.edit_no
WHERE compared.new_says <> compared.old_says
WINDOW history AS (
    PARTITION BY
        edits.source_id, edits.project_id, edits.section, compared.row_key, compared.known_as, compared.cell_key
    ORDER BY edits.version_no, change_type
)
