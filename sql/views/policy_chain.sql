-- From policy to result: which policy a project serves, who runs it, what it got, what it spent and how far it is.
--
-- key: project_id
-- warning: governor_policy and policy_id are both empty on many pages; such projects appear here with null.
-- warning: where agency and agency_listed are not the same, the page and the project code name two agencies; the issue agency_name_differs in quality_issues marks those that are really two.
-- warning: budget_spent_thb 0 often means "not reported"; so does spent_share_pct 0.
-- warning: a project on two sources appears once, with the values of projects_unique.
-- columns:
--   governor_policy = projects
--   policy_id = projects
--   kpi_id = projects
--   agency_code = projects
--   agency = projects
--   agency_listed = agencies
--   name_source = agencies
--   fiscal_year_be = projects
--   source_id = projects
--   project_id = projects
--   name = projects
--   budget_received_thb = projects
--   budget_spent_thb = projects
--   spent_share_pct: spent in percent of received | unit percent | null where nothing was received or a budget is null
--   progress_pct = projects
--   status = projects
--   last_seen_at = projects
--   url = projects
--   is_invented = projects
SELECT
    projects.governor_policy,
    projects.policy_id,
    projects.kpi_id,
    projects.agency_code,
    projects.agency,
    projects.agency_listed,
    projects.name_source,
    projects.fiscal_year_be,
    projects.source_id,
    projects.project_id,
    projects.name,
    projects.budget_received_thb,
    projects.budget_spent_thb,
    CASE
        WHEN projects.budget_received_thb > 0
            THEN round(100.0 * projects.budget_spent_thb / projects.budget_received_thb, 2)
    END AS spent_share_pct,
    projects.progress_pct,
    projects.status,
    projects.last_seen_at,
    projects.url,
    projects.is_invented
FROM projects_unique AS projects
