-- The projects whose newest page is another one than in the release before.
SELECT
    here.source_id,
    here.project_id
FROM here.projects AS here
ANTI JOIN before.projects AS before
    ON
        here.source_id = before.source_id
        AND here.project_id = before.project_id
        AND here.snapshot_id = before.snapshot_id
