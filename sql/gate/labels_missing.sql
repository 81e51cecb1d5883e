-- Known labels that are missing on fresh pages: on a page in the published release, the labels that the site removed.
WITH pages AS (
    SELECT
        source_id,
        count(*) AS n_pages
    FROM fresh
    GROUP BY source_id
),

missing AS (
    SELECT
        issues.source_id,
        issues.label,
        count(*) AS n
    FROM candidate.quality_issues AS issues
    INNER JOIN fresh USING (source_id, project_id)
    WHERE
        issues.code = 'missing_label'
        AND (
            NOT fresh.is_known
            OR (issues.source_id, issues.project_id, without_unit(issues.field)) IN (SELECT (source_id, project_id, field) FROM edited)
        )
    GROUP BY issues.source_id, issues.label
)

SELECT
    pages.source_id,
    coalesce(sum(missing.n), 0)::BIGINT AS n,
    any_value(pages.n_pages) * getvariable('labels_per_page') AS total,
    string_agg(missing.label, ', ' ORDER BY missing.n DESC, missing.label) AS detail
FROM pages
LEFT JOIN missing USING (source_id)
GROUP BY pages.source_id
ORDER BY pages.source_id
