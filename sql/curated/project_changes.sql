-- What was edited between two versions of a page, cell by cell, and when it was seen.
--
-- key: source_id, project_id, version_no, change_no
-- references: source_id, project_id, version_no -> project_versions
-- warning: observed_at is when the change was seen; it was made between the capture before and this one.
-- warning: contacts and user names are masked in old and new as in every other table.
-- columns:
--   source_id = projects
--   project_id = projects
--   version_no: the version that brought the change
--   change_no: number of the change within its version, from 1
--   observed_at: when the new value was first observed | unit UTC timestamp
--   section: the part of the page that has the cell: `field`, `month`, `progress` or `update`
--   field: column of projects, or `table.column` of another table, that holds the value of this label | null where the label is unknown
--   label: label or column heading as printed
--   row_label: date (and time) of the progress or update row | null for label/value rows
--   occurrence: which of the rows with the same label or date, from 1; on the page that shows the new value, or showed the removed one
--   change_type: `added`, `removed` or `edited`
--   old: value before, as printed | null where the page said "not set" or had no such row
--   new: value after, as printed | null where the page says "not set" or has no such row
--   old_value: the number read of old | unit that of field | null where old is not a number, was not read or is not there
--   new_value: the number read of new | unit that of field | null where new is not a number, was not read or is not there
--   old_date: the day read of old | unit day | null where old is not a day, was not read or is not there
--   new_date: the day read of new | unit day | null where new is not a day, was not read or is not there
--   is_transient: true where a value went away and came back unchanged
--   is_after_completion: true where the page already said 100 percent before the change
--   snapshot_id: the archived page with the new value
--   previous_snapshot_id: the archived page with the old value
SELECT
    cells.* EXCLUDE (cell_key, known_as) REPLACE (
        masked_text(cells.label) AS label,
        masked_text(cells.row_label) AS row_label,
        masked_under(cells.field, cells.label, cells.old) AS old,
        masked_under(cells.field, cells.label, cells.new) AS new
    ),
    row_number() OVER (
        PARTITION BY cells.source_id, cells.project_id, cells.version_no
        ORDER BY
            cells.section, cells.label, cells.row_label, cells.occurrence, cells.cell_key, cells.change_type
    ) AS change_no,
    versions.valid_from AS observed_at,
    old_side.value AS old_value,
    new_side.value AS new_value,
    old_side.day AS old_date,
    new_side.day AS new_date,
    coalesce(before.progress_pct >= 100, false) AS is_after_completion
FROM staging.changed_cells AS cells
INNER JOIN staging.versions AS versions USING (source_id, project_id, version_no)
LEFT JOIN staging.fields_before AS before USING (source_id, project_id, version_no)
LEFT JOIN staging.read_values AS old_side
    ON
        cells.previous_snapshot_id = old_side.snapshot_id
        AND cells.field = old_side.field
        AND cells.old = old_side.raw
LEFT JOIN staging.read_values AS new_side
    ON
        cells.snapshot_id = new_side.snapshot_id
        AND cells.field = new_side.field
        AND cells.new = new_side.raw
