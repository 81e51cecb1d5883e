-- Every visit to a page, once, however often its log was imported.
--
-- key: source_id, project_id, snapshot_id, url, requested_at, outcome, page_kind, http_status, content_sha256
-- columns:
--   source_id = projects
--   project_id: the project the address belongs to | null for listing pages and robots.txt
--   snapshot_id: the body that was archived | null where none was
--   url: address that was asked for
--   requested_at: when it was asked for | unit UTC timestamp
--   outcome: `new`, `changed`, `unchanged`, `missing`, `failed` or `refused`
--   page_kind: what the answer was | null where there was no answer
--   http_status: HTTP status of the answer | null where there was no answer
--   content_sha256: fingerprint of the page as the fetcher took it | null where the answer was no page
--   run_id: the first of the runs that logged it
--   warc_file: file in data/raw that holds the body | null where there is none
--   warc_offset: where its record begins in that file | unit bytes | null where there is none
--   error: what went wrong | null where nothing did
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
