-- Every label/value row of each project's newest page, as it was printed.
--
-- key: source_id, project_id, ordinal
-- sort: place, ordinal
-- references: source_id, project_id -> projects
-- warning: raw is null where the page says "not set" and '' where the cell is empty; the two are different statements.
-- warning: contacts are masked; the archived page keeps them.
-- columns:
--   source_id = projects
--   project_id = projects
--   ordinal: position of the row on the page it was read from, from 1; where the months come from another page and their positions are taken, they follow after the other rows
--   label: label as printed
--   raw: value as printed | null where the page says "not set"
--   field: the column of projects that holds the value of this label, `targets.result_value` for a month | null where the label is unknown
--   snapshot_id: the archived page this row was read from
--
-- The months may come from another capture than the other rows. Most often their positions are the same in both; where
-- one of these positions is taken by another row, the months are numbered after the last such row.
WITH sections AS (
    SELECT
        place,
        unnest(['field', 'month']) AS section,
        unnest([fields_snapshot_id, months_snapshot_id]) AS snapshot_id,
        fields_snapshot_id
    FROM staging.current_versions
),

displaced AS (
    SELECT
        apart.place,
        max(others.ordinal) AS behind
    FROM (FROM sections WHERE snapshot_id <> fields_snapshot_id) AS apart
    INNER JOIN parsed.page_cells AS others ON apart.fields_snapshot_id = others.snapshot_id AND others.section = 'field'
    LEFT JOIN parsed.page_cells AS months
        ON apart.snapshot_id = months.snapshot_id AND months.section = 'month' AND others.ordinal = months.ordinal
    GROUP BY apart.place
    HAVING count(months.ordinal) > 0
)

SELECT
    sections.place,
    cells.source_id,
    cells.project_id,
    cells.ordinal + CASE WHEN sections.section = 'month' THEN coalesce(displaced.behind, 0) ELSE 0 END AS ordinal,
    CASE WHEN cells.field IS NULL THEN masked_text(cells.label) ELSE cells.label END AS label,
    masked_under(cells.field, cells.label, cells.raw) AS raw,
    column_of(cells.field) AS field,
    cells.snapshot_id
FROM parsed.page_cells AS cells
INNER JOIN sections USING (snapshot_id, section)
LEFT JOIN displaced USING (place)
-- The join implies this; written out, it lets the scan skip the rows of tables.
WHERE cells.section IN ('field', 'month')
