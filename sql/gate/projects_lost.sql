-- Projects of the published release that this one does not hold at all.
SELECT
    published.source_id,
    NULL AS field,
    count(*) FILTER (candidate.project_id IS NULL) AS n,
    count(*) AS total,
    NULL AS detail
FROM published.projects AS published
LEFT JOIN candidate.projects AS candidate
    ON published.source_id = candidate.source_id AND published.project_id = candidate.project_id
GROUP BY published.source_id
ORDER BY published.source_id
