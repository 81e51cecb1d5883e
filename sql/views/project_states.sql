-- The stage of each project by its reports, and its membership in silent_projects, outliers and edited_after_completion; one row per project.
--
-- key: project_id
-- warning: a project on two sources has one row, that of projects_unique.
-- warning: each mark is a question to the agency, not a finding: a budget of 0 often means "not reported".
-- warning: silence is measured to the day (in Bangkok) on which the reports were last seen whole, not to today.
-- warning: a report dated after the page on which it was first seen counts from the day of that page.
-- columns:
--   source_id = projects
--   project_id = projects
--   stage: `done` (100 percent, or a last report with 100 percent or status 2), `not_reported` (not done and no report), else `under_way` | null where the reports were never seen whole and none is known
--   status = projects
--   is_silent: true for those of silent_projects
--   is_nothing_spent: true for outliers of kind `nothing_spent`
--   is_overspent: true for outliers of kind `overspent`
--   is_spent_ahead: true for outliers of kind `spent_ahead`: spent without progress
--   is_edited_after_completion: true for those of edited_after_completion, on whichever source
--   last_reported_on: day of its last dated report, not after the day that report was first seen | unit day | null where there is none
--   days_silent: days from that report to the day the reports were last seen whole | unit days | null where there is none
--   last_report_pct: progress of that report | unit percent | null where there is no such report, or it states no progress
--   last_status_code: status of that report, `1` for under way | null where there is no such report, or it states no status
--   n_reports: reports on its newest page | unit reports
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
),

found AS (
    SELECT
        projects.*,
        reports.last_reported_on,
        bangkok_day(projects.reports_last_seen_at) - reports.last_reported_on AS days_silent,
        reports.last_report.pct AS last_report_pct,
        reports.last_report.status AS last_status_code,
        coalesce(reports.n_reports, 0) AS n_reports,
        coalesce(projects.progress_pct >= 100, false)
        OR coalesce(reports.last_report.pct >= 100, false)
        OR coalesce(reports.last_report.status = '2', false) AS is_done
    FROM projects_unique AS projects
    LEFT JOIN reports USING (source_id, project_id)
),

kinds AS (
    SELECT
        project_id,
        list(kind) AS kinds
    FROM outliers
    GROUP BY project_id
)

SELECT
    found.source_id,
    found.project_id,
    CASE
        WHEN found.is_done THEN 'done'
        WHEN found.n_reports > 0 THEN 'under_way'
        WHEN found.reports_last_seen_at IS NOT NULL THEN 'not_reported'
    END AS stage,
    found.status,
    NOT found.is_done
    AND found.status = 'listed'
    AND found.reports_last_seen_at IS NOT NULL
    AND found.time_basis <> 'file'
    AND coalesce(found.days_silent >= 60, true) AS is_silent,
    coalesce(list_contains(kinds.kinds, 'nothing_spent'), false) AS is_nothing_spent,
    coalesce(list_contains(kinds.kinds, 'overspent'), false) AS is_overspent,
    coalesce(list_contains(kinds.kinds, 'spent_ahead'), false) AS is_spent_ahead,
    found.project_id IN (SELECT project_id FROM edited_after_completion) AS is_edited_after_completion,
    found.last_reported_on,
    found.days_silent,
    found.last_report_pct,
    found.last_status_code,
    found.n_reports,
    found.is_invented
FROM found
LEFT JOIN kinds USING (project_id)
