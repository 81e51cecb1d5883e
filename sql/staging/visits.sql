-- Every visit to a page, once, however often its log was imported.
--
-- key: source_id, project_id, snapshot_id, url, requested_at, outcome, page_kind, http_status, content_sha256
--
-- project_id is null for listing pages and robots.txt, run_id the first of the runs that logged the visit.
SELECT
    source_id,
    project_id,
    snapshot_id,
    url,
    requested_at,
    outcome,
    page_kind,
    http_status,
    content_sha256,
    min(run_id) AS run_id,
    arg_min(warc_file, (run_id, warc_file, warc_offset)) AS warc_file,
    arg_min(warc_offset, (run_id, warc_file, warc_offset)) AS warc_offset,
    min(error) AS error
FROM parsed.fetches
GROUP BY ALL
