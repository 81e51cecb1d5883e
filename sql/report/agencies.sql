-- Agencies with projects or issues: the number of each, and how many fields of their pages are filled.
WITH issues AS (
    SELECT
        regexp_extract(project_id, '^[0-9]{8}') AS agency_code,
        count(*) FILTER (severity = 'error') AS n_errors,
        count(*) FILTER (severity = 'warning') AS n_warnings,
        count(*) FILTER (severity = 'info') AS n_infos
    FROM candidate.quality_issues
    WHERE project_id IS NOT NULL
    GROUP BY ALL
),

filled AS (
    SELECT
        left(project_id, 8) AS agency_code,
        count(*) FILTER (raw <> '') AS n_filled,
        count(*) AS n_rows
    FROM candidate.page_fields
    WHERE field <> 'targets.result_value'
    GROUP BY ALL
)

SELECT
    agencies.agency_code,
    agencies.agency,
    agencies.agency_listed,
    agencies.name_source,
    agencies.name_en,
    agencies.kind,
    coalesce(
        agencies.agency_listed || CASE WHEN agencies.name_source IN ('inferred', 'eliminated') THEN ' (?)' ELSE '' END,
        agencies.agency
    ) AS shown_name,
    agencies.n_projects,
    coalesce(issues.n_errors, 0) AS n_errors,
    coalesce(issues.n_warnings, 0) AS n_warnings,
    coalesce(issues.n_infos, 0) AS n_infos,
    coalesce(filled.n_filled, 0) AS n_filled,
    coalesce(filled.n_rows, 0) AS n_rows
FROM candidate.agencies AS agencies
LEFT JOIN issues USING (agency_code)
LEFT JOIN filled USING (agency_code)
WHERE agencies.n_projects > 0 OR issues.agency_code IS NOT NULL
ORDER BY n_errors DESC, n_warnings DESC, agencies.n_projects DESC, agencies.agency_code
