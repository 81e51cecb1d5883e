-- Known pages on which other things changed than what reporting adds, and which were read so in one run alone.
--
-- Compared with the published release and not with the night before, so that a change which was refused stays one until it
-- is accepted, or read once more.
SELECT
    visited.source_id,
    NULL AS field,
    count(*) FILTER (rewritten.is_rewritten AND NOT rewritten.is_read_twice) AS n,
    count(*) AS total,
    NULL AS detail
FROM visited
LEFT JOIN rewritten ON visited.source_id = rewritten.source_id AND visited.project_id = rewritten.project_id
WHERE visited.is_known
GROUP BY visited.source_id
ORDER BY visited.source_id
