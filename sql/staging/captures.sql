-- Every archived page that parsed as a project, with the moment it was captured and where it lies.
--
-- key: snapshot_id
--
-- A page that was cut counts only while no whole page of the project is known: it must never replace one. What only the
-- date of a file vouches for counts only while no capture of the project has a time of its own, and then the last alone:
-- the order of such captures is not known.
WITH logged AS (
    SELECT
        snapshot_id,
        run_id,
        url,
        requested_at AS captured_at,
        time_basis,
        warc_file,
        warc_offset
    FROM staging.visits
    WHERE snapshot_id IS NOT NULL
    QUALIFY
        row_number() OVER (
            PARTITION BY snapshot_id ORDER BY run_id, url, requested_at, time_basis, warc_file, warc_offset
        ) = 1
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
    logged.captured_at,
    logged.time_basis,
    logged.url,
    logged.run_id,
    logged.warc_file,
    logged.warc_offset
FROM parsed.pages AS pages
INNER JOIN logged ON pages.snapshot_id = logged.snapshot_id
ANTI JOIN superseded ON pages.snapshot_id = superseded.snapshot_id
QUALIFY
    logged.time_basis <> 'file'
    OR row_number() OVER (
        PARTITION BY pages.source_id, pages.project_id
        ORDER BY logged.time_basis = 'file', logged.captured_at DESC, pages.snapshot_id DESC
    ) = 1
