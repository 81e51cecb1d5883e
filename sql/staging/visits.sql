-- Every visit to a page and every import of one, once, however often its log was imported; none of a withdrawn import,
-- and none that is dated after a run that followed it in the chain of segments: that clock was wrong.
--
-- key: source_id, project_id, snapshot_id, repeats, url, requested_at, time_basis, outcome, page_kind, http_status
--
-- That a web archive gave something else than a capture is no visit to a page, and is left out.
-- project_id is null for listing pages, robots.txt and pages of sister systems, run_id the first of the runs that logged
-- the visit. repeats is the snapshot that shows the same as what came.
WITH withdrawn AS (
    SELECT DISTINCT withdraws AS run_id
    FROM parsed.fetches
    WHERE withdraws IS NOT NULL
)

SELECT
    source_id,
    project_id,
    snapshot_id,
    repeats,
    url,
    requested_at,
    time_basis,
    outcome,
    page_kind,
    http_status,
    min(run_id) AS run_id,
    arg_min(warc_file, (run_id, warc_file, warc_offset)) AS warc_file,
    arg_min(warc_offset, (run_id, warc_file, warc_offset)) AS warc_offset,
    min(error) AS error,
    min(archive_url) AS archive_url
FROM parsed.fetches AS fetches
ANTI JOIN withdrawn USING (run_id)
ANTI JOIN input.run_limits AS limits ON fetches.run_id = limits.run_id AND fetches.requested_at > limits.void_after
WHERE outcome <> 'withdrawn' AND (project_id IS NOT NULL OR archive_url IS NULL)
GROUP BY ALL
