-- Requested known pages on which the site changed a value that reporting never changes: what the project is, its agency,
-- its money, time and target, and the dates of reports.
--
-- Typed values are compared, so that another spelling of the same number or day does not count, nor does white space in a
-- text. Another rule counts values that disappeared; a value that was filled in, also a budget of 0, does not count.
WITH plans AS (
    SELECT
        old.source_id,
        old.project_id,
        unnest([
            {'field': 'fiscal_year_be', 'old': old.fiscal_year_be::VARCHAR, 'new': new.fiscal_year_be::VARCHAR},
            {'field': 'name', 'old': old.name::VARCHAR, 'new': new.name::VARCHAR},
            {'field': 'policy_id', 'old': old.policy_id::VARCHAR, 'new': new.policy_id::VARCHAR},
            {'field': 'branch_id', 'old': old.branch_id::VARCHAR, 'new': new.branch_id::VARCHAR},
            {'field': 'kpi_id', 'old': old.kpi_id::VARCHAR, 'new': new.kpi_id::VARCHAR},
            {'field': 'budget_received_thb', 'old': old.budget_received_thb::VARCHAR, 'new': new.budget_received_thb::VARCHAR},
            {'field': 'agency', 'old': old.agency::VARCHAR, 'new': new.agency::VARCHAR},
            {'field': 'start_date', 'old': old.start_date::VARCHAR, 'new': new.start_date::VARCHAR},
            {'field': 'finish_date', 'old': old.finish_date::VARCHAR, 'new': new.finish_date::VARCHAR},
            {'field': 'weight', 'old': old.weight::VARCHAR, 'new': new.weight::VARCHAR},
            {'field': 'target_value', 'old': old.target_value::VARCHAR, 'new': new.target_value::VARCHAR},
            {'field': 'target_unit', 'old': old.target_unit::VARCHAR, 'new': new.target_unit::VARCHAR},
            {'field': 'unit', 'old': old.unit::VARCHAR, 'new': new.unit::VARCHAR}
        ], recursive := true)
    FROM published.projects AS old
    INNER JOIN candidate.projects AS new USING (source_id, project_id)
),

other AS (
    SELECT
        plans.source_id,
        plans.project_id,
        plans.field
    FROM plans
    SEMI JOIN edited
        ON
            plans.source_id = edited.source_id
            AND plans.project_id = edited.project_id
            AND without_unit(plans.field) = edited.field
    WHERE
        without_space(plans.old) <> without_space(plans.new)
        AND NOT is_empty(plans.field, plans.old)
        AND NOT is_empty(plans.field, plans.new)
    UNION ALL
    SELECT
        source_id,
        project_id,
        field
    FROM dates_moved
    WHERE days IS DISTINCT FROM 0 AND field NOT IN ('start_date', 'finish_date')
),

pages AS (
    SELECT
        source_id,
        count(*) AS n_pages
    FROM visited
    WHERE is_known
    GROUP BY source_id
)

SELECT
    pages.source_id,
    other.field,
    count(*) AS n,
    any_value(pages.n_pages) AS total
FROM other
INNER JOIN visited USING (source_id, project_id)
INNER JOIN pages USING (source_id)
WHERE visited.is_known
GROUP BY pages.source_id, other.field
ORDER BY pages.source_id, other.field
