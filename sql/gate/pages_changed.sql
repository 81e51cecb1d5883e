-- Known projects whose page has other content than in the published release.
--
-- Compared with that release and not with the night before, so that a change which was refused stays one until it is
-- accepted.
WITH asked AS (
    SELECT
        source_id,
        project_id
    FROM visited
    WHERE is_known
    UNION
    SELECT
        fresh.source_id,
        fresh.project_id
    FROM fresh
    SEMI JOIN published.projects AS known ON fresh.source_id = known.source_id AND fresh.project_id = known.project_id
)

SELECT
    asked.source_id,
    NULL AS field,
    count(fresh.project_id) AS n,
    count(*) AS total,
    NULL AS detail
FROM asked
LEFT JOIN fresh ON asked.source_id = fresh.source_id AND asked.project_id = fresh.project_id
GROUP BY asked.source_id
ORDER BY asked.source_id
