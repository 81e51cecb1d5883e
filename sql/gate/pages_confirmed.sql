-- Known pages with changes beyond what reporting adds, and with the same content in two runs.
SELECT
    source_id,
    n,
    total,
    detail
FROM rewritten_counts
WHERE is_read_twice
ORDER BY source_id
