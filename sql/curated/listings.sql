-- What the site's own listing of projects said, each time it was read.
--
-- key: source_id, run_id
-- references: run_id -> runs
-- warning: a listing that is not complete says nothing about the projects it does not name.
-- columns:
--   source_id = projects
--   run_id = runs
--   listed_at: when it was read | unit UTC timestamp
--   n_projects: projects it named | unit projects
--   stated_total: projects it said there are | unit projects | null where it said nothing
--   is_complete: true where it was read to its end, named as many projects as it stated, and did not name a page that was gone while it left out a page that was there
WITH answered AS (
    SELECT
        source_id,
        run_id,
        listing_answered_at AS listed_at
    FROM parsed.run_visits
    WHERE listing_answered_at IS NOT NULL
)

FROM staging.listing_reads
UNION ALL BY NAME
-- A listing that names no project is known only from its pages in the fetch log.
SELECT
    answered.*,
    0 AS n_projects,
    false AS is_complete
FROM answered
ANTI JOIN staging.listing_reads AS named USING (source_id, run_id)
