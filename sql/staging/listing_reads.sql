-- Each reading of a site's listing that named projects, and whether it named them all.
--
-- key: source_id, run_id
--
-- A listing that names fewer projects than its own summary promises is not complete, whatever the fetcher thought.
SELECT
    source_id,
    run_id,
    max(seen_at) AS listed_at,
    count(DISTINCT project_id) AS n_projects,
    max(stated_total) AS stated_total,
    bool_and(is_complete) AND count(DISTINCT project_id) >= coalesce(max(stated_total), 0) AS is_complete
FROM parsed.listing
GROUP BY source_id, run_id
