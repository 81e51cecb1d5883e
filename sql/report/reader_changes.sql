-- Differences from the published release that this program caused, field by field: other parsers, or a withdrawn import.
WITH gone AS (
    SELECT
        published.source_id,
        count(*) AS n_lost
    FROM published.projects AS published
    INNER JOIN withdrawn ON published.warc_file ^@ withdrawn.run_id
    ANTI JOIN candidate.projects AS candidate USING (source_id, project_id)
    GROUP BY published.source_id
)

SELECT
    source_id,
    whose AS cause,
    field,
    n_lost,
    n_read,
    n_changed
FROM compared
WHERE whose <> 'site' AND n_lost + n_read + n_changed > 0
UNION ALL
SELECT
    source_id,
    'withdrawn' AS cause,
    'project_id' AS field,
    n_lost,
    0 AS n_read,
    0 AS n_changed
FROM gone
ORDER BY source_id, cause, n_lost DESC, n_changed DESC, field
