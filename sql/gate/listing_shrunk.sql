-- How many projects fewer the newest listing promises than the listing of the published release.
--
-- A listing promises the projects it names or its stated total, the larger of the two: a listing that was cut has not shrunk.
WITH now AS (
    SELECT
        source_id,
        arg_max(greatest(n_projects, coalesce(stated_total, 0)), (listed_at, run_id)) AS n_promised
    FROM candidate.listings
    GROUP BY source_id
),

earlier AS (
    SELECT
        source_id,
        arg_max(greatest(n_projects, coalesce(stated_total, 0)), (listed_at, run_id)) AS n_promised
    FROM published.listings
    GROUP BY source_id
)

SELECT
    earlier.source_id,
    greatest(earlier.n_promised - now.n_promised, 0) AS n,
    earlier.n_promised AS total
FROM earlier
INNER JOIN now USING (source_id)
ORDER BY earlier.source_id
