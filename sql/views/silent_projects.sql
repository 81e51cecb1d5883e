-- Projects that are not done and had no progress report in the 60 days before they were last seen.
--
-- key: project_id
-- warning: a project is done when its page says 100 percent, or when its last report says 100 percent or status 2; such projects are left out.
-- warning: a project on two sources appears once, with the values of projects_unique.
-- warning: silence is measured to the day (in Bangkok) on which the reports were last seen whole, not to today.
-- warning: only pages whose reports were seen whole count; a page that is dated only by its file does not count.
-- warning: a report that is dated after the day it was first seen counts from that day.
-- warning: a project that never reported has no last report; it appears here with null.
-- columns:
--   source_id = projects
--   project_id = projects
--   name = projects
--   agency_code = projects
--   agency = projects
--   agency_listed = agencies
--   name_source = agencies
--   fiscal_year_be = projects
--   progress_pct = projects
--   last_reported_on = project_states
--   days_silent = project_states
--   last_report_pct = project_states
--   last_status_code = project_states
--   n_reports = project_states
--   finish_date = projects
--   last_seen_at = projects
--   url = projects
--   is_invented = projects
SELECT
    projects.source_id,
    projects.project_id,
    projects.name,
    projects.agency_code,
    projects.agency,
    projects.agency_listed,
    projects.name_source,
    projects.fiscal_year_be,
    projects.progress_pct,
    states.last_reported_on,
    states.days_silent,
    states.last_report_pct,
    states.last_status_code,
    states.n_reports,
    projects.finish_date,
    projects.last_seen_at,
    projects.url,
    projects.is_invented
FROM project_states AS states
INNER JOIN projects_unique AS projects USING (project_id)
WHERE states.is_silent
