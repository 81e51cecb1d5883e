-- The last runs, oldest first, with the outcomes of their project pages.
--
-- The run record counts project pages alone; where no record was kept, the counts of the fetch log include listing pages.
WITH newest AS (
    FROM candidate.runs
    ORDER BY run_id DESC
    LIMIT 60
)

SELECT
    run_id,
    iso(coalesce(started_at, try_strptime(run_id, '%Y%m%dT%H%M%SZ')::TIMESTAMPTZ)) AS started_at,
    status,
    coalesce((counts ->> 'new')::BIGINT, n_new) AS n_new,
    coalesce((counts ->> 'changed')::BIGINT, n_changed) AS n_changed,
    coalesce((counts ->> 'unchanged')::BIGINT, n_unchanged) AS n_unchanged,
    coalesce((counts ->> 'missing')::BIGINT, n_missing) AS n_missing,
    coalesce((counts ->> 'failed')::BIGINT, n_failed) AS n_failed,
    coalesce((counts ->> 'refused')::BIGINT, n_refused) AS n_refused,
    coalesce((counts ->> 'listed')::BIGINT, n_listed) AS n_listed
FROM newest
ORDER BY run_id
