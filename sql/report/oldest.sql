-- The projects that were not seen for the longest time.
SELECT
    source_id,
    project_id,
    name,
    url,
    iso(last_seen_at) AS last_seen_at
FROM candidate.projects
WHERE status = 'listed'
ORDER BY candidate.projects.last_seen_at, source_id, project_id
LIMIT 20
