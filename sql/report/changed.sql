-- Projects whose page has other content than in the published release, and which labels were edited.
WITH edits AS (
    SELECT
        changes.source_id,
        changes.project_id,
        count(*) AS n_changes,
        string_agg(DISTINCT changes.label, ', ' ORDER BY changes.label) AS labels
    FROM candidate.project_changes AS changes
    INNER JOIN candidate.project_versions AS versions
        ON
            changes.source_id = versions.source_id
            AND changes.project_id = versions.project_id
            AND changes.version_no = versions.version_no
    INNER JOIN published.projects AS old ON versions.source_id = old.source_id AND versions.project_id = old.project_id
    WHERE versions.valid_from > old.last_seen_at
    GROUP BY changes.source_id, changes.project_id
)

SELECT
    candidate.source_id,
    candidate.project_id,
    candidate.name,
    candidate.url,
    coalesce(edits.n_changes, 0) AS n_changes,
    coalesce(edits.labels, '') AS labels
FROM candidate.projects AS candidate
INNER JOIN published.projects AS old ON candidate.source_id = old.source_id AND candidate.project_id = old.project_id
SEMI JOIN fresh ON candidate.source_id = fresh.source_id AND candidate.project_id = fresh.project_id
LEFT JOIN edits ON candidate.source_id = edits.source_id AND candidate.project_id = edits.project_id
ORDER BY n_changes DESC, candidate.source_id, candidate.project_id
