-- Known projects whose page has other content than in the published release, of those that were asked for.
--
-- Compared with that release and not with the night before, so that a change which was refused stays one until it is
-- accepted. What an import shows otherwise is no night of the site: people import the captures that changed.
SELECT
    visited.source_id,
    NULL AS field,
    count(fresh.project_id) AS n,
    count(*) AS total,
    NULL AS detail
FROM visited
LEFT JOIN fresh ON visited.source_id = fresh.source_id AND visited.project_id = fresh.project_id
WHERE visited.is_known
GROUP BY visited.source_id
ORDER BY visited.source_id
