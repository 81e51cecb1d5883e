-- Every kind of issue with how often it is open and on how many projects.
WITH counted AS (
    SELECT
        code,
        count(*) AS n_issues,
        count(DISTINCT (source_id, project_id)) AS n_projects,
        min(first_seen_at) AS first_seen_at
    FROM candidate.quality_issues
    GROUP BY code
)

SELECT
    rules.code,
    rules.severity,
    rules.raised_by,
    rules.title_th,
    rules.title_en,
    rules.advice_th,
    rules.advice_en,
    rules.message_th,
    coalesce(counted.n_issues, 0) AS n_issues,
    coalesce(counted.n_projects, 0) AS n_projects,
    iso(counted.first_seen_at) AS first_seen_at
FROM candidate.quality_rules AS rules
LEFT JOIN counted USING (code)
ORDER BY list_position(['error', 'warning', 'info'], rules.severity), n_issues DESC, rules.code
