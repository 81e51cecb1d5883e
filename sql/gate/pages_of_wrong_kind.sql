-- Answers of the site that are not project pages: login walls, listings, unknown pages.
SELECT
    source_id,
    count(*) FILTER (is_wrong_kind) AS n,
    count(*) AS total,
    string_agg(DISTINCT page_kind, ', ' ORDER BY page_kind) FILTER (is_wrong_kind) AS detail
FROM visited
GROUP BY source_id
ORDER BY source_id
