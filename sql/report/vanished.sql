-- Projects that vanished, the newest first.
SELECT
    source_id,
    project_id,
    name,
    url,
    iso(last_seen_at) AS last_seen_at,
    iso(vanished_at) AS vanished_at
FROM candidate.projects
WHERE status = 'vanished'
ORDER BY candidate.projects.vanished_at DESC, source_id, project_id
