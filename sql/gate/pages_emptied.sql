-- Known pages that lost three or more values at once through an edit by the site.
SELECT
    visited.source_id,
    count(*) FILTER (rewritten.n_lost >= 3) AS n,
    count(*) AS total
FROM visited
LEFT JOIN rewritten USING (source_id, project_id)
WHERE visited.is_known
GROUP BY visited.source_id
ORDER BY visited.source_id
