-- Budget use by agency and fiscal year, vanished projects left out.
--
-- sort: fiscal_year_be, agency_code, is_invented
-- warning: a project counts for the agency of its code, even where its page prints another agency.
-- warning: a project on two sources counts once, with the values of projects_unique; invented projects have separate rows.
-- warning: budget_spent_thb counts what agencies reported; n_spent_zero says how many projects with a budget report 0.
-- columns:
--   fiscal_year_be = projects
--   agency_code = projects
--   agency = agencies
--   agency_listed = agencies
--   name_source = agencies
--   n_projects: projects | unit projects
--   n_budget_missing: projects without a readable budget received | unit projects
--   n_spent_zero: projects that received a budget and report 0 spent | unit projects
--   budget_received_thb: sum received | unit THB | null where no project has one
--   budget_spent_thb: sum spent | unit THB | null where no project has one
--   spent_share_pct: spent in percent of received, over the projects that have both | unit percent | null where nothing was received
--   mean_progress_pct: unweighted mean of progress_pct | unit percent | null where no project has one
--   is_invented: true where the projects are made up
SELECT
    projects.fiscal_year_be,
    projects.agency_code,
    max(agencies.agency) AS agency,
    max(projects.agency_listed) AS agency_listed,
    max(projects.name_source) AS name_source,
    count(*) AS n_projects,
    count(*) FILTER (WHERE projects.budget_received_thb IS NULL) AS n_budget_missing,
    count(*) FILTER (WHERE projects.budget_received_thb > 0 AND projects.budget_spent_thb = 0) AS n_spent_zero,
    sum(projects.budget_received_thb) AS budget_received_thb,
    sum(projects.budget_spent_thb) AS budget_spent_thb,
    CASE
        WHEN sum(projects.budget_received_thb) FILTER (WHERE projects.budget_spent_thb IS NOT NULL) > 0
            THEN round(
                100.0
                * sum(projects.budget_spent_thb) FILTER (WHERE projects.budget_received_thb IS NOT NULL)
                / sum(projects.budget_received_thb) FILTER (WHERE projects.budget_spent_thb IS NOT NULL),
                2
            )
    END AS spent_share_pct,
    round(avg(projects.progress_pct), 2) AS mean_progress_pct,
    projects.is_invented
FROM projects_unique AS projects
LEFT JOIN agencies USING (agency_code)
WHERE projects.status = 'listed'
GROUP BY projects.fiscal_year_be, projects.agency_code, projects.is_invented
ORDER BY projects.fiscal_year_be, projects.agency_code, projects.is_invented
