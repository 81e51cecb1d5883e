-- Every archived page that parsed as a project, with the moment it was captured and where it lies.
--
-- A page that was cut counts only while no whole page of the project is known: it must never replace one.
WITH logged AS (
    SELECT
        snapshot_id,
        min(
            {
                'run_id': run_id,
                'url': url,
                'captured_at': requested_at,
                'warc_file': warc_file,
                'warc_offset': warc_offset,
                'content_sha256': content_sha256
            }
        ) AS first_row
    FROM staging.attempts
    WHERE snapshot_id IS NOT NULL
    GROUP BY snapshot_id
),

whole AS (
    SELECT DISTINCT
        source_id,
        project_id
    FROM parsed.pages
    WHERE NOT is_truncated
),

superseded AS (
    SELECT pages.snapshot_id
    FROM parsed.pages AS pages
    SEMI JOIN whole ON pages.source_id = whole.source_id AND pages.project_id = whole.project_id
    WHERE pages.is_truncated
)

SELECT
    pages.source_id,
    pages.project_id,
    pages.snapshot_id,
    pages.content_sha256,
    pages.reader,
    logged.first_row.content_sha256 AS logged_sha256,
    logged.first_row.captured_at,
    logged.first_row.url,
    logged.first_row.run_id,
    logged.first_row.warc_file,
    logged.first_row.warc_offset
FROM parsed.pages AS pages
INNER JOIN logged ON pages.snapshot_id = logged.snapshot_id
ANTI JOIN superseded ON pages.snapshot_id = superseded.snapshot_id
