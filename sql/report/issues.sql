-- Every open issue with the project it concerns, and whether the published release had it.
WITH known AS (
    SELECT DISTINCT
        source_id,
        project_id,
        code,
        field,
        label,
        ordinal,
        raw
    FROM published.quality_issues
),

invented_sources AS (
    SELECT DISTINCT source_id
    FROM candidate.projects
    WHERE is_invented
)

SELECT
    issues.code,
    issues.severity,
    issues.source_id,
    issues.project_id,
    projects.name,
    coalesce(projects.agency_code, regexp_extract(issues.project_id, '^[0-9]{8}')) AS agency_code,
    projects.fiscal_year_be,
    coalesce(projects.is_invented, issues.source_id IN (SELECT source_id FROM invented_sources)) AS is_invented,
    coalesce(projects.url, pages.url) AS url,
    issues.field,
    issues.label,
    issues.ordinal,
    issues.raw,
    issues.message,
    iso(issues.first_seen_at) AS first_seen_at,
    issues.present_since::VARCHAR AS present_since,
    NOT EXISTS (
        FROM known
        WHERE
            known.source_id = issues.source_id
            AND known.code = issues.code
            AND known.project_id IS NOT DISTINCT FROM issues.project_id
            AND known.field IS NOT DISTINCT FROM issues.field
            AND known.label IS NOT DISTINCT FROM issues.label
            AND known.ordinal IS NOT DISTINCT FROM issues.ordinal
            AND known.raw IS NOT DISTINCT FROM issues.raw
    ) AS is_new,
    issues.issue_no,
    issues.snapshot_id
FROM candidate.quality_issues AS issues
LEFT JOIN candidate.projects AS projects
    ON issues.source_id = projects.source_id AND issues.project_id = projects.project_id
LEFT JOIN (
    SELECT
        source_id,
        project_id,
        max(url) AS url
    FROM candidate.page_status
    GROUP BY source_id, project_id
) AS pages
    ON issues.source_id = pages.source_id AND issues.project_id = pages.project_id
ORDER BY
    list_position(['error', 'warning', 'info'], issues.severity),
    issues.code,
    issues.source_id,
    issues.project_id,
    issues.issue_no
