-- Projects whose page has other content than in the release before, and which labels were edited.
WITH edits AS (
    SELECT
        changes.source_id,
        changes.project_id,
        count(*) AS n_changes,
        string_agg(DISTINCT changes.label, ', ' ORDER BY changes.label) AS labels
    FROM here.project_changes AS changes
    INNER JOIN here.project_versions AS versions
        ON
            changes.source_id = versions.source_id
            AND changes.project_id = versions.project_id
            AND changes.version_no = versions.version_no
    INNER JOIN before.projects AS old ON versions.source_id = old.source_id AND versions.project_id = old.project_id
    WHERE versions.version_no > old.n_versions
    GROUP BY changes.source_id, changes.project_id
)

SELECT
    here.source_id,
    here.project_id,
    here.name,
    here.url,
    coalesce(edits.n_changes, 0) AS n_changes,
    coalesce(edits.labels, '') AS labels
FROM here.projects AS here
INNER JOIN before.projects AS old ON here.source_id = old.source_id AND here.project_id = old.project_id
SEMI JOIN fresh ON here.source_id = fresh.source_id AND here.project_id = fresh.project_id
LEFT JOIN edits ON here.source_id = edits.source_id AND here.project_id = edits.project_id
ORDER BY n_changes DESC, here.source_id, here.project_id
