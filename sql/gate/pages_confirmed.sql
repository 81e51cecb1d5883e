-- Known pages on which other things changed than what reporting adds, and which said the same in two runs.
SELECT
    visited.source_id,
    NULL AS field,
    count(*) FILTER (rewritten.is_rewritten AND rewritten.is_read_twice) AS n,
    count(*) AS total,
    NULL AS detail
FROM visited
LEFT JOIN rewritten ON visited.source_id = rewritten.source_id AND visited.project_id = rewritten.project_id
WHERE visited.is_known
GROUP BY visited.source_id
ORDER BY visited.source_id
