-- What was changed on a page that already said 100 percent.
--
-- warning: 100 percent is what the page said, and an edit after it may well put something right.
-- columns:
--   source_id = projects
--   project_id = projects
--   name = projects
--   agency_code = projects
--   agency = projects
--   agency_listed = agencies
--   name_source = agencies
--   version_no = project_changes
--   observed_at = project_changes
--   section = project_changes
--   field = project_changes
--   label = project_changes
--   row_label = project_changes
--   change_type = project_changes
--   old = project_changes
--   new = project_changes
--   url = projects
--   is_invented = projects
SELECT
    changes.source_id,
    changes.project_id,
    projects.name,
    projects.agency_code,
    projects.agency,
    agencies.agency_listed,
    agencies.name_source,
    changes.version_no,
    changes.observed_at,
    changes.section,
    changes.field,
    changes.label,
    changes.row_label,
    changes.change_type,
    changes.old,
    changes.new,
    projects.url,
    projects.is_invented
FROM project_changes AS changes
INNER JOIN projects ON changes.source_id = projects.source_id AND changes.project_id = projects.project_id
LEFT JOIN agencies ON projects.agency_code = agencies.agency_code
WHERE changes.is_after_completion
