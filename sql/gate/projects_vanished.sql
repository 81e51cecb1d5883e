-- Projects that were listed in the published release and count as vanished now.
SELECT
    published.source_id,
    count(*) FILTER (candidate.status = 'vanished') AS n,
    count(*) AS total
FROM published.projects AS published
INNER JOIN candidate.projects AS candidate USING (source_id, project_id)
WHERE published.status = 'listed'
GROUP BY published.source_id
ORDER BY published.source_id
