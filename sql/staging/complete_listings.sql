-- The listings that were read to their end, numbered per source in time order.
--
-- key: source_id, listing_no
-- columns:
--   source_id = projects
--   run_id = runs
--   listed_at = listings
--   listing_no: number of the listing among the complete ones of its source, from 1
SELECT
    source_id,
    run_id,
    listed_at,
    row_number() OVER (PARTITION BY source_id ORDER BY listed_at, run_id) AS listing_no
FROM staging.listing_reads
WHERE is_complete
