-- Addresses that fail, and since when.
SELECT
    source_id,
    project_id,
    url,
    last_outcome,
    last_page_kind,
    last_http_status,
    last_error,
    n_consecutive_failures,
    iso(last_attempt_at) AS last_attempt_at,
    iso(last_success_at) AS last_success_at
FROM candidate.page_status
WHERE n_consecutive_failures > 0 OR last_outcome = 'missing'
ORDER BY n_consecutive_failures DESC, candidate.page_status.last_success_at NULLS FIRST, source_id, url
