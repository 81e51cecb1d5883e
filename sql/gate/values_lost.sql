-- Values the published release had and the site took away, among pages read anew.
--
-- Pairs of the same project are compared, so that a night with few pages is judged as surely as one with all of them.
SELECT
    source_id,
    field,
    coalesce(sum(n_lost) FILTER (whose = 'site'), 0)::BIGINT AS n,
    sum(n_read_anew)::BIGINT AS total,
    NULL AS detail
FROM compared
GROUP BY source_id, field
HAVING sum(n_read_anew) > 0
ORDER BY source_id, field
