-- The open issues of the projects: kind, place on the page and the text in question, cut to the length that its message quotes.
SELECT
    places.place,
    issues.code,
    issues.field,
    issues.label,
    issues.ordinal,
    left(issues.raw, 81) AS raw
FROM places
INNER JOIN quality_issues AS issues USING (source_id, project_id)
ORDER BY places.place, list_position(['error', 'warning', 'info'], issues.severity), issues.issue_no
