-- What was changed on a page that already said 100 percent.
--
-- key: source_id, project_id, version_no, change_no
-- warning: an edit that two sources show stands here twice; count distinct project_id.
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
FROM project_changes AS changes
INNER JOIN projects ON changes.source_id = projects.source_id AND changes.project_id = projects.project_id
LEFT JOIN agencies ON projects.agency_code = agencies.agency_code
WHERE changes.is_after_completion
