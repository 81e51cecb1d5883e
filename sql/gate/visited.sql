-- The projects requested since the published release was built, with the outcome of the last answer.
--
-- Not the newest run alone: the observations of a refused run are news until a release holds them. An imported capture is
-- older than every run with news and does not count as a visit.
WITH news AS (
    SELECT min(coalesce(runs.started_at, try_strptime(runs.run_id, '%Y%m%dT%H%M%SZ')::TIMESTAMPTZ)) AS began_at
    FROM candidate.runs AS runs
    ANTI JOIN published.runs AS known USING (run_id)
),

attempted AS (
    SELECT
        status.source_id,
        status.project_id,
        arg_max(status.last_outcome, status.last_attempt_at) AS outcome,
        arg_max(coalesce(status.last_page_kind, ''), status.last_attempt_at) AS page_kind
    FROM candidate.page_status AS status
    INNER JOIN news ON status.last_attempt_at >= news.began_at
    ANTI JOIN published.page_status AS known
        ON
            status.source_id = known.source_id
            AND status.url = known.url
            AND status.last_attempt_at <= known.last_attempt_at
    WHERE status.project_id IS NOT NULL
    GROUP BY status.source_id, status.project_id
)

SELECT
    attempted.source_id,
    attempted.project_id,
    attempted.outcome,
    attempted.page_kind,
    -- A wrong answer, not a failing site: the run asked in the wrong way or at the wrong address.
    attempted.page_kind IN ('login', 'listing', 'redirect_stub', 'unknown') AS is_wrong_kind,
    coalesce(known.status = 'listed', false) AS is_known
FROM attempted
LEFT JOIN published.projects AS known USING (source_id, project_id)
