-- Values the release before had and this one has not, among pages read anew (or read in another way than before).
--
-- Pairs of the same project are compared, so that a night with few pages is judged as surely as one with all of them.
WITH cells AS (
    SELECT
        here.source_id,
        here.project_id,
        unnest(
            [
                {'field': 'name', 'had': before.name IS NOT NULL, 'has': here.name IS NOT NULL},
                {'field': 'agency', 'had': before.agency IS NOT NULL, 'has': here.agency IS NOT NULL},
                {'field': 'fiscal_year_be', 'had': before.fiscal_year_be IS NOT NULL, 'has': here.fiscal_year_be IS NOT NULL},
                {'field': 'policy_id', 'had': before.policy_id IS NOT NULL, 'has': here.policy_id IS NOT NULL},
                {'field': 'kpi_id', 'had': before.kpi_id IS NOT NULL, 'has': here.kpi_id IS NOT NULL},
                {'field': 'budget_received_thb', 'had': before.budget_received_thb IS NOT NULL, 'has': here.budget_received_thb IS NOT NULL},
                {'field': 'budget_spent_thb', 'had': before.budget_spent_thb IS NOT NULL, 'has': here.budget_spent_thb IS NOT NULL},
                {'field': 'progress_pct', 'had': before.progress_pct IS NOT NULL, 'has': here.progress_pct IS NOT NULL},
                {'field': 'start_date', 'had': before.start_date IS NOT NULL, 'has': here.start_date IS NOT NULL},
                {'field': 'finish_date', 'had': before.finish_date IS NOT NULL, 'has': here.finish_date IS NOT NULL},
                {'field': 'rationale', 'had': before.rationale IS NOT NULL, 'has': here.rationale IS NOT NULL},
                {'field': 'objective', 'had': before.objective IS NOT NULL, 'has': here.objective IS NOT NULL},
                {'field': 'goal', 'had': before.goal IS NOT NULL, 'has': here.goal IS NOT NULL},
                {'field': 'responsible', 'had': before.responsible IS NOT NULL, 'has': here.responsible IS NOT NULL},
                {'field': 'target_value', 'had': before.target_value IS NOT NULL, 'has': here.target_value IS NOT NULL},
                {'field': 'result_value', 'had': before.result_value IS NOT NULL, 'has': here.result_value IS NOT NULL}
            ]
        ) AS cell
    FROM before.projects AS before
    INNER JOIN here.projects AS here ON before.source_id = here.source_id AND before.project_id = here.project_id
    UNION ALL
    SELECT
        before.source_id,
        before.project_id,
        {'field': 'month', 'had': true, 'has': coalesce(months.result_raw, '') <> ''} AS cell
    FROM before.targets AS before
    INNER JOIN here.projects AS here ON before.source_id = here.source_id AND before.project_id = here.project_id
    LEFT JOIN here.targets AS months
        ON
            before.source_id = months.source_id
            AND before.project_id = months.project_id
            AND before.month_no = months.month_no
    WHERE coalesce(before.result_raw, '') <> ''
    UNION ALL
    SELECT
        before.source_id,
        before.project_id,
        {'field': 'progress_history', 'had': true, 'has': coalesce(reports.is_current, false)} AS cell
    FROM before.progress_history AS before
    INNER JOIN here.projects AS here ON before.source_id = here.source_id AND before.project_id = here.project_id
    LEFT JOIN here.progress_history AS reports
        ON
            before.source_id = reports.source_id
            AND before.project_id = reports.project_id
            AND before.report_no = reports.report_no
    WHERE before.is_current
),

compared AS (
    SELECT
        cells.*,
        fresh.project_id IS NOT NULL
        OR bool_or(cells.cell.had <> cells.cell.has) OVER (PARTITION BY cells.source_id, cells.project_id) AS is_compared
    FROM cells
    LEFT JOIN fresh ON cells.source_id = fresh.source_id AND cells.project_id = fresh.project_id
)

SELECT
    source_id,
    cell.field,
    count(*) FILTER (NOT cell.has) AS n,
    count(*) AS total,
    NULL AS detail
FROM compared
WHERE is_compared AND cell.had
GROUP BY source_id, cell.field
ORDER BY source_id, cell.field
