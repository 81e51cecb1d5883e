-- The projects this run asked for, with what the last answer was.
WITH this_run AS (
    SELECT coalesce(started_at, try_strptime(run_id, '%Y%m%dT%H%M%SZ')::TIMESTAMPTZ) AS started_at
    FROM here.runs
    ORDER BY run_id DESC
    LIMIT 1
),

attempted AS (
    SELECT
        status.source_id,
        status.project_id,
        arg_max(status.last_outcome, status.last_attempt_at) AS outcome,
        arg_max(coalesce(status.last_page_kind, ''), status.last_attempt_at) AS page_kind
    FROM here.page_status AS status
    INNER JOIN this_run ON status.last_attempt_at >= this_run.started_at
    WHERE status.project_id IS NOT NULL
    GROUP BY status.source_id, status.project_id
)

SELECT
    attempted.source_id,
    attempted.project_id,
    attempted.outcome,
    attempted.page_kind,
    -- A wrong answer, not a failing site: the run looked through the wrong door.
    attempted.page_kind IN ('login', 'listing', 'redirect_stub', 'unknown') AS is_wrong_kind,
    coalesce(known.status = 'listed', false) AS is_known
FROM attempted
LEFT JOIN before.projects AS known
    ON attempted.source_id = known.source_id AND attempted.project_id = known.project_id
