-- Known pages with changes beyond what reporting adds, read with this content in one run only.
--
-- Compared with the published release and not with the night before, so that a refused change still counts until it
-- is accepted or read again.
SELECT
    source_id,
    n,
    total,
    detail
FROM rewritten_counts
WHERE NOT is_read_twice
ORDER BY source_id
