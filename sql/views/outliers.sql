-- Projects whose numbers contradict each other; one row for each project and kind of contradiction.
--
-- key: project_id, kind
-- warning: a project on two sources appears once, with the values of projects_unique.
-- warning: an outlier is a question to the agency, not a proof of misuse: most are reports that were never filled in.
-- columns:
--   source_id = projects
--   project_id = projects
--   kind: `nothing_spent` (progress of 50 or more, 0 of a budget spent), `overspent` (more spent than received), `spent_ahead` (80 percent or more of the budget spent, progress below 50), `months_against_reports` (month cells and reports 50 points or more apart)
--   name = projects
--   agency_code = projects
--   agency = projects
--   agency_listed = agencies
--   name_source = agencies
--   fiscal_year_be = projects
--   budget_received_thb = projects
--   budget_spent_thb = projects
--   spent_share_pct = policy_chain
--   progress_pct = projects
--   month_pct: last filled month cell in percent of the target | unit percent | null except for months_against_reports
--   report_pct: progress of the last report; a report that is dated after the day it was first seen counts from that day | unit percent | null except for months_against_reports
--   last_seen_at = projects
--   url = projects
--   is_invented = projects
WITH last_months AS (
    SELECT
        source_id,
        project_id,
        arg_max(100 * result_value / target_value, month_no) AS month_pct
    FROM targets
    WHERE result_value IS NOT NULL AND target_value > 0
    GROUP BY source_id, project_id
),

-- A report with a mistyped year must not count as the last report for years.
last_reports AS (
    SELECT
        source_id,
        project_id,
        arg_max(progress_pct, (least(reported_on, bangkok_day(first_seen_at)), report_no)) AS report_pct
    FROM progress_history
    WHERE is_current AND progress_pct IS NOT NULL AND reported_on IS NOT NULL
    GROUP BY source_id, project_id
),

judged AS (
    SELECT
        projects.*,
        round(last_months.month_pct, 2) AS month_pct,
        last_reports.report_pct,
        unnest(
            [
                CASE
                    WHEN projects.progress_pct >= 50 AND projects.budget_received_thb > 0 AND projects.budget_spent_thb = 0
                        THEN 'nothing_spent'
                END,
                CASE WHEN projects.budget_spent_thb > projects.budget_received_thb THEN 'overspent' END,
                CASE
                    WHEN
                        projects.progress_pct < 50
                        AND projects.budget_received_thb > 0
                        AND projects.budget_spent_thb >= 0.8 * projects.budget_received_thb
                        THEN 'spent_ahead'
                END,
                CASE
                    WHEN abs(last_months.month_pct - last_reports.report_pct) >= 50 THEN 'months_against_reports'
                END
            ]
        ) AS kind
    FROM projects_unique AS projects
    LEFT JOIN last_months
        ON
            projects.source_id = last_months.source_id
            AND projects.project_id = last_months.project_id
            AND projects.months_state = 'present'
    LEFT JOIN last_reports
        ON
            projects.source_id = last_reports.source_id
            AND projects.project_id = last_reports.project_id
            AND projects.reports_state = 'present'
)

SELECT
    source_id,
    project_id,
    kind,
    name,
    agency_code,
    agency,
    agency_listed,
    name_source,
    fiscal_year_be,
    budget_received_thb,
    budget_spent_thb,
    CASE WHEN budget_received_thb > 0 THEN round(100.0 * budget_spent_thb / budget_received_thb, 2) END AS spent_share_pct,
    progress_pct,
    CASE WHEN kind = 'months_against_reports' THEN month_pct END AS month_pct,
    CASE WHEN kind = 'months_against_reports' THEN report_pct END AS report_pct,
    last_seen_at,
    url,
    is_invented
FROM judged
WHERE kind IS NOT NULL
