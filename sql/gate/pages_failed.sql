-- Pages without a usable answer: timeouts, server errors, maintenance, cut or empty pages, refusals.
SELECT
    source_id,
    count(*) FILTER (outcome IN ('failed', 'refused') AND NOT is_wrong_kind) AS n,
    count(*) AS total,
    string_agg(DISTINCT nullif(page_kind, ''), ', ' ORDER BY nullif(page_kind, '')) FILTER (
        outcome IN ('failed', 'refused') AND NOT is_wrong_kind
    ) AS detail
FROM visited
GROUP BY source_id
ORDER BY source_id
