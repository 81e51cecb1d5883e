-- Projects of the published release that this one does not hold at all, although no import of them was withdrawn.
WITH taken_back AS (
    SELECT
        published.source_id,
        published.project_id
    FROM published.projects AS published
    INNER JOIN withdrawn ON published.warc_file ^@ withdrawn.run_id
)

SELECT
    published.source_id,
    count(*) FILTER (candidate.project_id IS NULL AND taken_back.project_id IS NULL) AS n,
    count(*) AS total
FROM published.projects AS published
LEFT JOIN candidate.projects AS candidate USING (source_id, project_id)
LEFT JOIN taken_back USING (source_id, project_id)
GROUP BY published.source_id
ORDER BY published.source_id
