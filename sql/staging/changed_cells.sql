-- Every cell whose text differs from that in the previous state of its section, as raw text.
--
-- key: source_id, project_id, version_no, section, row_label, occurrence, cell_key, change_type
--
-- Only whole sections are compared, each with the last whole one before it. Label/value rows are matched by their field
-- and its repetition. Rows of tables that say the same on both sides are matched first, wherever they are; the other
-- rows of one date (and time) are matched in page order: a report that only moved is not a change, a report with another
-- text is. A row without text says the same as no row, and a skin of the site may leave it out: where one side has more
-- rows of a label, they are matched like those of a table. occurrence is that of the new row, or of the removed one.
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
    INNER JOIN sides USING (snapshot_id, section)
),

uneven_labels AS (
    SELECT
        edit_no,
        cell_key
    FROM shown
    WHERE section IN ('field', 'month') AND occurrence > 1
    GROUP BY edit_no, cell_key
    HAVING count(*) FILTER (is_new) <> count(*) FILTER (NOT is_new)
),

placed AS (
    SELECT
        shown.*,
        shown.section IN ('field', 'month') AND uneven_labels.edit_no IS NULL AS is_at_its_place,
        CASE WHEN shown.section IN ('field', 'month') THEN shown.cell_key ELSE shown.row_key END AS row_kind
    FROM shown
    LEFT JOIN uneven_labels USING (edit_no, cell_key)
),

loose_rows AS (
    SELECT
        edit_no,
        is_new,
        ordinal,
        row_kind,
        occurrence,
        md5(
            string_agg(cell_key || chr(31) || says, chr(30) ORDER BY cell_key, says) FILTER (says <> '')
        ) AS row_says
    FROM placed
    WHERE NOT is_at_its_place
    GROUP BY edit_no, is_new, ordinal, row_kind, occurrence
    HAVING row_says IS NOT NULL
),

counted_rows AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY edit_no, is_new, row_kind, row_says ORDER BY occurrence) AS repetition
    FROM loose_rows
),

-- Rows that say the same on both sides are left out.
rows_of_one_side AS (
    SELECT *
    FROM counted_rows
    QUALIFY count(*) OVER (PARTITION BY edit_no, row_kind, row_says, repetition) = 1
),

left_over AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY edit_no, is_new, row_kind ORDER BY occurrence) AS pair_no
    FROM rows_of_one_side
),

-- A row that was edited is identified by its place; a row that was removed or added, by its text.
paired AS (
    SELECT
        edit_no,
        is_new,
        ordinal,
        pair_no,
        CASE
            WHEN count(*) OVER (PARTITION BY edit_no, row_kind, pair_no) = 1 THEN concat_ws(' ', row_says, repetition)
            ELSE max(occurrence) FILTER (is_new) OVER (PARTITION BY edit_no, row_kind, pair_no)::VARCHAR
        END AS known_as
    FROM left_over
),

matched AS (
    SELECT
        placed.*,
        coalesce(paired.pair_no, placed.occurrence) AS pair_no,
        coalesce(paired.known_as, placed.occurrence::VARCHAR) AS known_as
    FROM placed
    LEFT JOIN paired USING (edit_no, is_new, ordinal)
    WHERE placed.is_at_its_place OR paired.edit_no IS NOT NULL
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
    FULL JOIN (FROM matched WHERE NOT is_new) AS old_side USING (edit_no, row_key, pair_no, cell_key)
)

SELECT
    edits.source_id,
    edits.project_id,
    edits.version_no,
    edits.section,
    CASE edits.section
        WHEN 'progress' THEN 'progress_history.' || compared.field
        WHEN 'update' THEN 'update_history.' || compared.field
        ELSE column_of(compared.field)
    END AS field,
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
        (
            compared.new_says = ''
            AND lead(compared.old_says) OVER history = ''
            AND lead(compared.new_says) OVER history = compared.old_says
        ) OR (
            compared.old_says = ''
            AND lag(compared.new_says) OVER history = ''
            AND lag(compared.old_says) OVER history = compared.new_says
        ),
        false
    ) AS is_transient,
    compared.known_as,
    edits.snapshot_id,
    edits.previous_snapshot_id
FROM compared
INNER JOIN edits USING (edit_no)
WHERE compared.new_says <> compared.old_says
WINDOW history AS (
    PARTITION BY
        edits.source_id, edits.project_id, edits.section, compared.row_key, compared.known_as, compared.cell_key
    ORDER BY edits.version_no, change_type
)
