-- What was changed on a page that already said 100 percent, each edit once.
--
-- key: source_id, project_id, version_no, change_no
-- warning: an edit that two sources show has one row here: that of the source in projects_unique, else that of the source that showed it first; project_changes has both.
-- warning: 100 percent is what the page said; an edit after it may be a correction.
-- columns:
--   source_id = projects
--   project_id = projects
--   name = projects
--   agency_code = projects
--   agency = projects
--   agency_listed = agencies
--   name_source = agencies
--   version_no = project_changes
--   change_no = project_changes
--   observed_at = project_changes
--   section = project_changes
--   field = project_changes
--   label = project_changes
--   row_label = project_changes
--   change_type = project_changes
--   old = project_changes
--   new = project_changes
--   old_value = project_changes
--   new_value = project_changes
--   old_date = project_changes
--   new_date = project_changes
--   url = projects
--   is_invented = projects
--
-- Of an edit that a source shows twice, back and forth or in two rows, the second is the same as the second of the other.
WITH edits AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY source_id, project_id, section, field, label, row_label, change_type, old, new
            ORDER BY observed_at, version_no, change_no
        ) AS repetition
    FROM project_changes
    WHERE is_after_completion
),

told AS (
    SELECT edits.*
    FROM edits
    INNER JOIN projects_unique USING (project_id)
    QUALIFY
        row_number() OVER (
            PARTITION BY
                edits.project_id,
                edits.section,
                edits.field,
                edits.label,
                edits.row_label,
                edits.change_type,
                edits.old,
                edits.new,
                edits.repetition
            ORDER BY edits.source_id <> projects_unique.source_id, edits.observed_at, edits.source_id
        ) = 1
)

SELECT
    changes.source_id,
    changes.project_id,
    projects.name,
    projects.agency_code,
    projects.agency,
    agencies.agency_listed,
    agencies.name_source,
    changes.version_no,
    changes.change_no,
    changes.observed_at,
    changes.section,
    changes.field,
    changes.label,
    changes.row_label,
    changes.change_type,
    changes.old,
    changes.new,
    changes.old_value,
    changes.new_value,
    changes.old_date,
    changes.new_date,
    projects.url,
    projects.is_invented
FROM told AS changes
INNER JOIN projects USING (source_id, project_id)
LEFT JOIN agencies USING (agency_code)
