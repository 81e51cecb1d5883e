-- Known projects whose page has other content than when it was last read.
SELECT
    source_id,
    NULL AS field,
    count(*) FILTER (outcome IN ('new', 'changed')) AS n,
    count(*) AS total,
    NULL AS detail
FROM visited
WHERE is_known
GROUP BY source_id
ORDER BY source_id
