-- The columns that the list of the explorer page shows and filters: money in satang, days since 1970.
SELECT
    projects.project_id,
    projects.source_id,
    projects.agency_code,
    projects.agency,
    projects.fiscal_year_be AS year,
    projects.name,
    projects.governor_policy,
    projects.policy_id,
    projects.branch_id,
    projects.kpi_id,
    array_to_string(projects.policy_tags, ' ') AS tags,
    (100 * projects.budget_received_thb)::BIGINT AS received,
    (100 * projects.budget_spent_thb)::BIGINT AS spent,
    chain.spent_share_pct::DOUBLE AS spent_share,
    projects.progress_pct::DOUBLE AS progress,
    projects.start_date - DATE '1970-01-01' AS start,
    projects.finish_date - DATE '1970-01-01' AS finish,
    states.stage,
    projects.status = 'vanished' AS vanished,
    states.is_silent AS silent,
    states.is_nothing_spent AS nothing_spent,
    states.is_overspent AS overspent,
    states.is_spent_ahead AS spent_ahead,
    states.is_edited_after_completion AS edited,
    states.last_reported_on - DATE '1970-01-01' AS reported,
    states.days_silent,
    projects.n_issues,
    projects.is_truncated AS truncated,
    projects.is_invented AS invented,
    projects.time_basis
FROM places
INNER JOIN projects_unique AS projects USING (project_id)
INNER JOIN project_states AS states USING (project_id)
INNER JOIN policy_chain AS chain USING (project_id)
ORDER BY places.place
