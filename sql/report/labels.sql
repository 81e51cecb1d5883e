-- Labels, columns and tables that differ from those this program knows, and since when.
SELECT
    code,
    coalesce(label, raw, '') AS label,
    count(DISTINCT (source_id, project_id)) AS n_projects,
    iso(min(first_seen_at)) AS first_seen_at,
    min(project_id) AS example
FROM candidate.quality_issues
WHERE
    code IN (
        'unknown_label', 'missing_label', 'renamed_label', 'ambiguous_label', 'unknown_column', 'missing_column',
        'unknown_table', 'month_layout_unknown'
    )
GROUP BY ALL
ORDER BY n_projects DESC, code, label
