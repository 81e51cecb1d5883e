-- Known pages that lost three values and more at once, by the site's own doing.
SELECT
    visited.source_id,
    NULL AS field,
    count(*) FILTER (rewritten.n_lost >= 3) AS n,
    count(*) AS total,
    NULL AS detail
FROM visited
LEFT JOIN rewritten ON visited.source_id = rewritten.source_id AND visited.project_id = rewritten.project_id
WHERE visited.is_known
GROUP BY visited.source_id
ORDER BY visited.source_id
