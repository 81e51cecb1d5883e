-- The last runs, oldest first.
WITH newest AS (
    FROM here.runs
    ORDER BY run_id DESC
    LIMIT 60
)

SELECT
    run_id,
    iso(coalesce(started_at, try_strptime(run_id, '%Y%m%dT%H%M%SZ')::TIMESTAMPTZ)) AS started_at,
    status,
    n_new,
    n_changed,
    n_unchanged,
    n_missing,
    n_failed,
    n_refused,
    n_listed
FROM newest
ORDER BY run_id
