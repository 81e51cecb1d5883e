-- Every archived page of a project, with the moment it was captured, how much of it is whole, and whether it counts.
--
-- key: snapshot_id
--
-- A capture that is dated only by its file counts only while no capture of the project has a known time. Then only one
-- of them counts, since their order is not known: the one with most whole sections and, among equals, the last by date.
-- A capture that was imported twice has the better of its two time bases, whichever import came first.
WITH logged AS (
    SELECT
        snapshot_id,
        run_id,
        url,
        archive_url,
        requested_at AS captured_at,
        time_basis,
        warc_file,
        warc_offset
    FROM staging.visits
    WHERE snapshot_id IS NOT NULL
    QUALIFY
        row_number() OVER (
            PARTITION BY snapshot_id
            ORDER BY
                list_position(['protocol', 'stated', 'given', 'file'], time_basis),
                run_id,
                url,
                requested_at,
                warc_file,
                warc_offset
        ) = 1
)

SELECT
    pages.source_id,
    pages.project_id,
    pages.snapshot_id,
    pages.content_sha256,
    pages.is_truncated,
    pages.fields_state,
    pages.months_state,
    pages.updates_state,
    pages.reports_state,
    pages.fields_fingerprint,
    pages.months_fingerprint,
    pages.updates_fingerprint,
    pages.reports_fingerprint,
    logged.captured_at,
    logged.time_basis,
    logged.url,
    logged.archive_url,
    logged.run_id,
    logged.warc_file,
    logged.warc_offset,
    logged.time_basis <> 'file'
    OR row_number() OVER (
        PARTITION BY pages.source_id, pages.project_id
        ORDER BY
            logged.time_basis = 'file',
            (pages.fields_fingerprint IS NOT NULL)::INTEGER + (pages.months_fingerprint IS NOT NULL)::INTEGER
            + (pages.updates_fingerprint IS NOT NULL)::INTEGER + (pages.reports_fingerprint IS NOT NULL)::INTEGER DESC,
            logged.captured_at DESC,
            pages.snapshot_id DESC
    ) = 1 AS is_counted
FROM parsed.pages AS pages
INNER JOIN logged USING (snapshot_id)
