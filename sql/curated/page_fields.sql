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
--   ordinal: position of the row on the page, from 1
--   label: label as printed
--   raw: value as printed | null where the page says "not set"
--   field: what the label stands for: the column of projects without its unit, or `month` | null where the label is unknown
--   snapshot_id: the archived page this row was read from
SELECT
    current.place,
    fields.* EXCLUDE (occurrence) REPLACE (masked(fields.field, fields.raw) AS raw)
FROM parsed.page_fields AS fields
INNER JOIN staging.current_versions AS current ON fields.snapshot_id = current.snapshot_id
