-- Projects that were listed in the release before and count as vanished now.
SELECT
    before.source_id,
    NULL AS field,
    count(*) FILTER (here.status = 'vanished') AS n,
    count(*) AS total,
    NULL AS detail
FROM before.projects AS before
INNER JOIN here.projects AS here ON before.source_id = here.source_id AND before.project_id = here.project_id
WHERE before.status = 'listed'
GROUP BY before.source_id
ORDER BY before.source_id
