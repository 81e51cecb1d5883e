-- Every visit to a page and every import of one, once, however often its log was imported: those that found a page unchanged
-- as intervals, with nothing else of the page between. None of a withdrawn import, and none that is dated after a run that
-- followed it in the chain of segments: that clock was wrong.
--
-- key: source_id, project_id, snapshot_id, repeats, url, first_at, requested_at, n_visits, time_basis, outcome, page_kind, http_status
--
-- That a web archive gave something else than a capture is no visit to a page, and is left out.
-- project_id is null for listing pages, robots.txt and pages of sister systems, run_id the first of the runs that logged
-- the visit. repeats is the snapshot that shows the same as what came. requested_at is the moment of the last visit of an
-- interval, and what is not said otherwise is of that.
SELECT
    source_id,
    project_id,
    snapshot_id,
    repeats,
    url,
    first_at,
    requested_at,
    n_visits,
    time_basis,
    outcome,
    page_kind,
    http_status,
    min(run_id) AS run_id,
    arg_min(warc_file, (run_id, warc_file, warc_offset)) AS warc_file,
    arg_min(warc_offset, (run_id, warc_file, warc_offset)) AS warc_offset,
    min(error) AS error,
    min(archive_url) AS archive_url
FROM parsed.visits
WHERE project_id IS NOT NULL OR archive_url IS NULL
GROUP BY ALL
