-- The cells of each project's newest page that this program does not know: those of unknown tables and of unknown columns of known tables.
--
-- key: source_id, project_id, stands_in, table_no, row_no, cell_no
-- sort: place, stands_in, table_no, row_no, cell_no
-- references: source_id, project_id -> projects
-- warning: these cells have not been checked by a person yet; the issues unknown_table and unknown_column name their pages.
-- columns:
--   source_id = projects
--   project_id = projects
--   stands_in: `progress_history` or `update_history` for an unknown column of it, `unknown table`
--   table_no: number of the unknown table on its page, from 1; 1 for a known table
--   heading: heading of the unknown table | null where it has none
--   row_no: row of the table, from 1; report_no or update_no on a known table
--   cell_no: number of the unknown cell in its row, from 1
--   label: heading of the column as printed; empty where it has none
--   raw: the cell as printed; contacts are masked, under the heading of a person the whole text is a pseudonym | null where the page says "not set"
--   snapshot_id: the archived page this cell was read from
WITH sections AS (
    SELECT
        place,
        unnest(['progress', 'update', 'other']) AS section,
        unnest([reports_snapshot_id, updates_snapshot_id, fields_snapshot_id]) AS snapshot_id
    FROM staging.current_versions
)

SELECT
    sections.place,
    cells.source_id,
    cells.project_id,
    CASE cells.section
        WHEN 'progress' THEN 'progress_history'
        WHEN 'update' THEN 'update_history'
        ELSE 'unknown table'
    END AS stands_in,
    CASE WHEN cells.section = 'other' THEN cells.occurrence ELSE 1 END AS table_no,
    CASE WHEN cells.section = 'other' THEN masked_text(cells.row_label) END AS heading,
    cells.ordinal AS row_no,
    row_number() OVER (
        PARTITION BY sections.place, cells.section, table_no, cells.ordinal
        ORDER BY cells.cell_key, cells.raw
    )::INTEGER AS cell_no,
    masked_text(cells.label) AS label,
    CASE
        WHEN regexp_matches(cells.label, '(?i)ผู้|ชื่อ|user') THEN pseudonym(cells.raw)
        ELSE masked_under(NULL, cells.label, cells.raw)
    END AS raw,
    cells.snapshot_id
FROM parsed.page_cells AS cells
INNER JOIN sections USING (snapshot_id, section)
-- The join implies this; written out, it lets the scan skip the other rows.
WHERE cells.field IS NULL AND cells.section IN ('progress', 'update', 'other')
