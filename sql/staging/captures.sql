-- Every archived page that parsed as a project, with the moment it was captured and where it lies.
--
-- A page that was cut counts only while no whole page of the project is known: it must never replace one.
WITH logged AS (
    SELECT
        snapshot_id,
        min(requested_at) AS captured_at,
        arg_min(url, (run_id, url)) AS url,
        arg_min(run_id, (run_id, url)) AS run_id,
        arg_min(warc_file, (run_id, url)) AS warc_file,
        arg_min(warc_offset, (run_id, url)) AS warc_offset,
        arg_min(content_sha256, (run_id, url)) AS logged_sha256
    FROM staging.attempts
    WHERE snapshot_id IS NOT NULL
    GROUP BY snapshot_id
)

SELECT
    pages.source_id,
    pages.project_id,
    pages.snapshot_id,
    pages.content_sha256,
    pages.reader,
    logged.logged_sha256,
    logged.captured_at,
    logged.url,
    logged.run_id,
    logged.warc_file,
    logged.warc_offset
FROM parsed.pages AS pages
INNER JOIN logged ON pages.snapshot_id = logged.snapshot_id
QUALIFY NOT pages.is_truncated OR bool_and(pages.is_truncated) OVER (PARTITION BY pages.source_id, pages.project_id)
