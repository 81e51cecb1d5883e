-- The listings that were read to their end, numbered per source in time order.
--
-- key: source_id, listing_no
SELECT
    source_id,
    run_id,
    listed_at,
    row_number() OVER (PARTITION BY source_id ORDER BY listed_at, run_id) AS listing_no
FROM staging.listing_reads
WHERE is_complete
