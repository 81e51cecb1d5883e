-- The typed fields of each project's newest page, unmasked: only models below sql/ may read it.
--
-- form: view
SELECT
    pages.*,
    newest.place,
    newest.valid_from,
    newest.captured_at,
    newest.first_seen_at,
    newest.last_seen_at,
    newest.vanished_at,
    newest.n_versions,
    newest.url,
    newest.run_id,
    newest.warc_file,
    newest.warc_offset
FROM staging.newest AS newest
INNER JOIN parsed.pages AS pages ON newest.snapshot_id = pages.snapshot_id
