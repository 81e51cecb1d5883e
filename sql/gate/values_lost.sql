-- Values the published release had and this one has not, among pages read anew (or read in another way than before).
--
-- Pairs of the same project are compared, so that a night with few pages is judged as surely as one with all of them.
WITH cells AS (
    SELECT
        candidate.source_id,
        candidate.project_id,
        unnest(
            [
                {'field': 'name', 'had': published.name IS NOT NULL, 'has': candidate.name IS NOT NULL},
                {'field': 'agency', 'had': published.agency IS NOT NULL, 'has': candidate.agency IS NOT NULL},
                {'field': 'fiscal_year_be', 'had': published.fiscal_year_be IS NOT NULL, 'has': candidate.fiscal_year_be IS NOT NULL},
                {'field': 'policy_id', 'had': published.policy_id IS NOT NULL, 'has': candidate.policy_id IS NOT NULL},
                {'field': 'kpi_id', 'had': published.kpi_id IS NOT NULL, 'has': candidate.kpi_id IS NOT NULL},
                {'field': 'budget_received_thb', 'had': published.budget_received_thb IS NOT NULL, 'has': candidate.budget_received_thb IS NOT NULL},
                {'field': 'budget_spent_thb', 'had': published.budget_spent_thb IS NOT NULL, 'has': candidate.budget_spent_thb IS NOT NULL},
                {'field': 'progress_pct', 'had': published.progress_pct IS NOT NULL, 'has': candidate.progress_pct IS NOT NULL},
                {'field': 'start_date', 'had': published.start_date IS NOT NULL, 'has': candidate.start_date IS NOT NULL},
                {'field': 'finish_date', 'had': published.finish_date IS NOT NULL, 'has': candidate.finish_date IS NOT NULL},
                {'field': 'rationale', 'had': published.rationale IS NOT NULL, 'has': candidate.rationale IS NOT NULL},
                {'field': 'objective', 'had': published.objective IS NOT NULL, 'has': candidate.objective IS NOT NULL},
                {'field': 'goal', 'had': published.goal IS NOT NULL, 'has': candidate.goal IS NOT NULL},
                {'field': 'responsible', 'had': published.responsible IS NOT NULL, 'has': candidate.responsible IS NOT NULL},
                {'field': 'target_value', 'had': published.target_value IS NOT NULL, 'has': candidate.target_value IS NOT NULL},
                {'field': 'result_value', 'had': published.result_value IS NOT NULL, 'has': candidate.result_value IS NOT NULL}
            ]
        ) AS cell
    FROM published.projects AS published
    INNER JOIN candidate.projects AS candidate
        ON published.source_id = candidate.source_id AND published.project_id = candidate.project_id
    UNION ALL
    SELECT
        published.source_id,
        published.project_id,
        {'field': 'month', 'had': true, 'has': coalesce(months.result_raw, '') <> ''} AS cell
    FROM published.targets AS published
    INNER JOIN candidate.projects AS candidate
        ON published.source_id = candidate.source_id AND published.project_id = candidate.project_id
    LEFT JOIN candidate.targets AS months
        ON
            published.source_id = months.source_id
            AND published.project_id = months.project_id
            AND published.month_no = months.month_no
    WHERE coalesce(published.result_raw, '') <> ''
    UNION ALL
    SELECT
        published.source_id,
        published.project_id,
        {'field': 'progress_history', 'had': true, 'has': coalesce(reports.is_current, false)} AS cell
    FROM published.progress_history AS published
    INNER JOIN candidate.projects AS candidate
        ON published.source_id = candidate.source_id AND published.project_id = candidate.project_id
    LEFT JOIN candidate.progress_history AS reports
        ON
            published.source_id = reports.source_id
            AND published.project_id = reports.project_id
            AND published.report_no = reports.report_no
    WHERE published.is_current
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
