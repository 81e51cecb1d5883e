-- Every label/value row of each project's newest page as it stood.
--
-- key: source_id, project_id, ordinal
-- sort: place, ordinal
-- references: source_id, project_id -> projects
-- warning: raw is null where the page says "not set" and '' where the cell is empty; the two are different statements.
-- warning: telephone numbers are masked in the contact fields and in fields nobody knows; the archived page keeps them.
-- columns:
--   source_id = projects
--   project_id = projects
--   ordinal: position of the row on the page, from 1; months read from another page follow behind the other rows
--   label: label as printed
--   raw: value as printed | null where the page says "not set"
--   field: what the label stands for: the column of projects without its unit, or `month` | null where the label is unknown
--   snapshot_id: the archived page this row was read from
--
-- Where the months stand as another capture shows them, their ordinals go on behind those of the other rows.
WITH sections AS (
    SELECT
        place,
        unnest(['field', 'month']) AS section,
        unnest([fields_snapshot_id, months_snapshot_id]) AS snapshot_id,
        fields_snapshot_id
    FROM staging.current_versions
),

last_fields AS (
    SELECT
        cells.snapshot_id,
        max(cells.ordinal) AS ordinal
    FROM parsed.page_cells AS cells
    SEMI JOIN (FROM sections WHERE snapshot_id <> fields_snapshot_id) AS apart
        ON cells.snapshot_id = apart.fields_snapshot_id
    WHERE cells.section = 'field'
    GROUP BY cells.snapshot_id
)

SELECT
    sections.place,
    cells.source_id,
    cells.project_id,
    CASE
        WHEN sections.snapshot_id = sections.fields_snapshot_id THEN cells.ordinal
        ELSE coalesce(last_fields.ordinal, 0) + cells.ordinal
    END AS ordinal,
    cells.label,
    masked(cells.field, cells.raw) AS raw,
    cells.field,
    cells.snapshot_id
FROM parsed.page_cells AS cells
INNER JOIN sections ON cells.snapshot_id = sections.snapshot_id AND cells.section = sections.section
LEFT JOIN last_fields ON sections.fields_snapshot_id = last_fields.snapshot_id
-- Said again for the scan, which then leaves out the tables.
WHERE cells.section IN ('field', 'month')
