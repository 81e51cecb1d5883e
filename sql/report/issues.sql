-- Every open issue with the project it concerns, and whether the published release had it.
WITH invented_sources AS (
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
    (issues.source_id, issues.project_id, issues.code, issues.field, issues.label, issues.ordinal, issues.raw) NOT IN (
        SELECT (source_id, project_id, code, field, label, ordinal, raw) FROM published.quality_issues
    ) AS is_new,
    issues.issue_no,
    issues.snapshot_id,
    projects.project_id IS NOT NULL AS is_in_projects
FROM candidate.quality_issues AS issues
LEFT JOIN candidate.projects AS projects USING (source_id, project_id)
LEFT JOIN (
    SELECT
        source_id,
        project_id,
        max(url) AS url
    FROM candidate.page_status
    GROUP BY source_id, project_id
) AS pages USING (source_id, project_id)
ORDER BY
    list_position(['error', 'warning', 'info'], issues.severity),
    issues.code,
    issues.source_id,
    issues.project_id,
    issues.issue_no
