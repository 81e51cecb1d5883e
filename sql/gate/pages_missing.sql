-- Known projects whose page the site says it does not have.
SELECT
    source_id,
    count(*) FILTER (outcome = 'missing') AS n,
    count(*) AS total
FROM visited
WHERE is_known
GROUP BY source_id
ORDER BY source_id
