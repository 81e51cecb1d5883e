-- Projects of the release before that this one does not hold at all.
SELECT
    before.source_id,
    NULL AS field,
    count(*) FILTER (here.project_id IS NULL) AS n,
    count(*) AS total,
    NULL AS detail
FROM before.projects AS before
LEFT JOIN here.projects AS here ON before.source_id = here.source_id AND before.project_id = here.project_id
GROUP BY before.source_id
ORDER BY before.source_id
