-- Every archived page of a project that counts, with the moment it was captured and how much of it is whole.
--
-- key: snapshot_id
-- form: view
SELECT * EXCLUDE (is_counted)
FROM staging.archived_pages
WHERE is_counted
