-- The newest known state of each project over all sources, one row per project: count and sum these rows.
--
-- key: project_id
-- warning: where a project is on two sources, the page whose present content was observed most recently counts; same_project_two_sources has both.
-- warning: a real page is preferred to an invented one, then a whole page to a cut one, a page whose time is known to one that is dated only by its file, and a page that is there to one that vanished.
-- warning: long texts and raw values are in projects: join it by source_id and project_id.
-- columns:
--   source_id = projects
--   project_id = projects
--   n_sources: sources whose pages hold the project | unit sources
--   agency_code = projects
--   agency = projects
--   agency_listed = agencies
--   name_source = agencies
--   fiscal_year_be = projects
--   fiscal_year_ce = projects
--   name = projects
--   policy_id = projects
--   branch_id = projects
--   kpi_id = projects
--   budget_received_thb = projects
--   budget_spent_thb = projects
--   progress_pct = projects
--   start_date = projects
--   finish_date = projects
--   governor_policy = projects
--   weight = projects
--   target_value = projects
--   target_unit = projects
--   result_value = projects
--   result_unit = projects
--   unit = projects
--   policy_tags = projects
--   name_key = projects
--   status = projects
--   n_issues = projects
--   n_versions = projects
--   first_seen_at = projects
--   last_seen_at = projects
--   last_changed_at = projects
--   vanished_at = projects
--   is_truncated = projects
--   fields_state = projects
--   months_state = projects
--   updates_state = projects
--   reports_state = projects
--   reports_last_seen_at = projects
--   time_basis = projects
--   is_invented = projects
--   url = projects
--   snapshot_id = projects
--
-- The page that counts is chosen without reading the long texts.
WITH newest AS (
    SELECT
        project_id,
        arg_max(
            source_id,
            (
                NOT is_invented,
                fields_state IN ('present', 'empty'),
                time_basis <> 'file',
                status = 'listed',
                last_changed_at,
                last_seen_at,
                source_id
            )
        ) AS source_id,
        count(*) AS n_sources
    FROM projects
    GROUP BY project_id
)

SELECT
    projects.source_id,
    projects.project_id,
    newest.n_sources,
    projects.agency_code,
    projects.agency,
    agencies.agency_listed,
    agencies.name_source,
    projects.fiscal_year_be,
    projects.fiscal_year_ce,
    projects.name,
    projects.policy_id,
    projects.branch_id,
    projects.kpi_id,
    projects.budget_received_thb,
    projects.budget_spent_thb,
    projects.progress_pct,
    projects.start_date,
    projects.finish_date,
    projects.governor_policy,
    projects.weight,
    projects.target_value,
    projects.target_unit,
    projects.result_value,
    projects.result_unit,
    projects.unit,
    projects.policy_tags,
    projects.name_key,
    projects.status,
    projects.n_issues,
    projects.n_versions,
    projects.first_seen_at,
    projects.last_seen_at,
    projects.last_changed_at,
    projects.vanished_at,
    projects.is_truncated,
    projects.fields_state,
    projects.months_state,
    projects.updates_state,
    projects.reports_state,
    projects.reports_last_seen_at,
    projects.time_basis,
    projects.is_invented,
    projects.url,
    projects.snapshot_id
FROM projects
INNER JOIN newest USING (source_id, project_id)
LEFT JOIN agencies USING (agency_code)
