-- Fresh pages with a field that cannot be read for certain: on a known page, a field that the site edited.
WITH pages AS (
    SELECT
        source_id,
        count(*) AS n_pages
    FROM fresh
    GROUP BY source_id
)

SELECT
    issues.source_id,
    issues.field,
    count(DISTINCT issues.project_id) AS n,
    any_value(pages.n_pages) AS total,
    string_agg(DISTINCT issues.code, ', ' ORDER BY issues.code) AS detail
FROM candidate.quality_issues AS issues
INNER JOIN fresh USING (source_id, project_id)
INNER JOIN pages USING (source_id)
WHERE
    list_contains(getvariable('unreadable_codes'), issues.code)
    AND issues.field IS NOT NULL
    AND (
        NOT fresh.is_known
        OR (issues.source_id, issues.project_id, without_unit(issues.field)) IN (
            SELECT (source_id, project_id, field) FROM edited
        )
    )
GROUP BY issues.source_id, issues.field
ORDER BY issues.source_id, issues.field
