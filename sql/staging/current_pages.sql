-- The typed fields of each project's newest page, unmasked: only models below sql/ may read it.
--
-- key: source_id, project_id
-- form: view
SELECT
    pages.*,
    current.place,
    current.valid_from,
    current.captured_at,
    current.first_seen_at,
    current.last_seen_at,
    current.vanished_at,
    current.n_versions,
    current.url,
    current.run_id,
    current.warc_file,
    current.warc_offset
FROM staging.current_versions AS current
INNER JOIN parsed.pages AS pages ON current.snapshot_id = pages.snapshot_id
