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
--   last_reported_on: day of its last dated report, not after the day that report was first seen | unit day | null where there is none
--   days_silent: days from that report to the day the page was last seen | unit days | null where there is none
--   last_report_pct: progress of that report | unit percent | null where it states none or there is no such report
--   last_status_code: status of that report, `1` for under way | null where it states none or there is no such report
--   n_reports: reports on its newest page | unit reports
--   finish_date = projects
--   last_seen_at = projects
--   url = projects
--   is_invented = projects
WITH reports AS (
    SELECT
        source_id,
        project_id,
        -- A mistyped year must not hide the silence after it.
        max(least(reported_on, bangkok_day(first_seen_at))) FILTER (WHERE reported_on IS NOT NULL) AS last_reported_on,
        arg_max(
            struct_pack(pct := progress_pct, status := status_code),
            (least(reported_on, bangkok_day(first_seen_at)), report_no)
        ) FILTER (WHERE reported_on IS NOT NULL) AS last_report,
        count(*) AS n_reports
    FROM progress_history
    WHERE is_current
    GROUP BY source_id, project_id
)

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
    reports.last_reported_on,
    bangkok_day(projects.reports_last_seen_at) - reports.last_reported_on AS days_silent,
    reports.last_report.pct AS last_report_pct,
    reports.last_report.status AS last_status_code,
    coalesce(reports.n_reports, 0) AS n_reports,
    projects.finish_date,
    projects.last_seen_at,
    projects.url,
    projects.is_invented
FROM projects_unique AS projects
LEFT JOIN reports ON projects.source_id = reports.source_id AND projects.project_id = reports.project_id
WHERE
    projects.status = 'listed'
    AND projects.reports_last_seen_at IS NOT NULL
    AND projects.time_basis <> 'file'
    AND coalesce(projects.progress_pct, 0) < 100
    AND coalesce(last_report_pct, 0) < 100
    AND last_status_code IS DISTINCT FROM '2'
    AND coalesce(days_silent >= 60, true)
