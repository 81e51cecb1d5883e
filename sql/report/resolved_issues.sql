-- Issues of the published release that are no longer there, the most severe first.
SELECT
    code,
    severity,
    source_id,
    project_id,
    label,
    ordinal,
    raw,
    message
FROM published.quality_issues
WHERE
    (source_id, project_id, code, field, label, ordinal, raw) NOT IN (
        SELECT (source_id, project_id, code, field, label, ordinal, raw) FROM candidate.quality_issues
    )
ORDER BY
    list_position(['error', 'warning', 'info'], severity),
    code,
    source_id,
    project_id,
    issue_no
