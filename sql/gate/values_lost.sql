-- Pages read again on which the site removed a value of the published release, field by field.
--
-- Pairs of the same project are compared, so that a night with few pages is judged as reliably as one with all pages.
SELECT
    source_id,
    field,
    count(DISTINCT project_id) FILTER (is_lost AND whose = 'site') AS n,
    count(DISTINCT project_id) FILTER (is_read_anew) AS total
FROM cells
WHERE old IS NOT NULL
GROUP BY source_id, field
HAVING total > 0
ORDER BY source_id, field
