-- How fresh each address is: the last attempt, the last success, and how often it has failed since.
--
-- key: source_id, url
-- warning: a capture that is dated only by its file counts as the last attempt only where there is no other.
-- warning: a page that was not fetched is not gone; `missing` is what the site said, and one such answer proves nothing.
-- columns:
--   source_id = projects
--   url: address that was fetched; `urn:sha256:` and a digest for an imported page of a sister system that does not say its own
--   project_id: the project the address belongs to | label รหัสโครงการ | null for listing pages, robots.txt and pages of sister systems
--   last_attempt_at: when it was last asked for | unit UTC timestamp
--   last_success_at: when it last answered with a readable page | unit UTC timestamp | null where it never did, or where only the date of a file gives the time
--   last_outcome: `new`, `changed`, `unchanged`, `missing`, `failed` or `refused`
--   last_page_kind: what the last answer was | null where there was no answer
--   last_http_status: HTTP status of the last answer | null where there was no answer
--   last_error: what went wrong last | null where nothing did
--   n_attempts: rows of the fetch log | unit attempts
--   n_consecutive_failures: failures and refusals since the last other answer | unit attempts
WITH newest AS (
    SELECT
        source_id,
        url,
        max(project_id) AS project_id,
        max_by(requested_at, (time_basis <> 'file', requested_at)) AS last_attempt_at,
        max(requested_at) FILTER (WHERE outcome IN ('new', 'changed', 'unchanged') AND time_basis <> 'file')
            AS last_success_at,
        max(requested_at) FILTER (WHERE outcome NOT IN ('failed', 'refused') AND time_basis <> 'file') AS last_answer_at,
        max_by(
            {'outcome': outcome, 'page_kind': page_kind, 'http_status': http_status, 'error': error},
            (
                time_basis <> 'file',
                requested_at,
                outcome,
                coalesce(snapshot_id, ''),
                coalesce(run_id, ''),
                coalesce(page_kind, ''),
                coalesce(http_status, 0),
                coalesce(error, '')
            )
        ) AS last_attempt,
        sum(n_visits)::BIGINT AS n_attempts
    FROM staging.visits
    GROUP BY source_id, url
),

failures AS (
    SELECT
        visits.source_id,
        visits.url,
        count(*) AS n_consecutive_failures
    FROM staging.visits AS visits
    INNER JOIN newest USING (source_id, url)
    WHERE
        visits.outcome IN ('failed', 'refused')
        AND (newest.last_answer_at IS NULL OR visits.requested_at > newest.last_answer_at)
    GROUP BY visits.source_id, visits.url
)

SELECT
    newest.source_id,
    newest.url,
    newest.project_id,
    newest.last_attempt_at,
    newest.last_success_at,
    newest.last_attempt.outcome AS last_outcome,
    newest.last_attempt.page_kind AS last_page_kind,
    newest.last_attempt.http_status AS last_http_status,
    newest.last_attempt.error AS last_error,
    newest.n_attempts,
    coalesce(failures.n_consecutive_failures, 0) AS n_consecutive_failures
FROM newest
LEFT JOIN failures USING (source_id, url)
