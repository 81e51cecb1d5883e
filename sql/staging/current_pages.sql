-- The typed fields of each project's newest page, unmasked: only models below sql/ may read it.
--
-- key: source_id, project_id
-- form: view
SELECT
    pages.*,
    current.* EXCLUDE (source_id, project_id, snapshot_id, content_sha256, version_no)
FROM staging.current_versions AS current
INNER JOIN parsed.pages AS pages ON current.snapshot_id = pages.snapshot_id
