-- The listings that were read to their end, numbered per source in time order.
--
-- A listing that names fewer projects than its own summary promises is not complete, whatever the fetcher thought.
WITH listings AS (
    SELECT
        source_id,
        run_id,
        max(seen_at) AS listed_at
    FROM parsed.listing
    GROUP BY source_id, run_id
    HAVING bool_and(is_complete) AND count(DISTINCT project_id) >= coalesce(max(stated_total), 0)
)

SELECT
    source_id,
    run_id,
    listed_at,
    row_number() OVER (PARTITION BY source_id ORDER BY listed_at, run_id) AS listing_no
FROM listings
