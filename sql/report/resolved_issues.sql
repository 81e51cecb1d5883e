-- Issues of the published release that are no longer there, the most severe first.
WITH still AS (
    SELECT DISTINCT
        source_id,
        project_id,
        code,
        field,
        label,
        ordinal,
        raw
    FROM candidate.quality_issues
)

SELECT
    published.code,
    published.severity,
    published.source_id,
    published.project_id,
    published.label,
    published.ordinal,
    published.raw,
    published.message
FROM published.quality_issues AS published
WHERE
    NOT EXISTS (
        FROM still
        WHERE
            still.source_id = published.source_id
            AND still.code = published.code
            AND still.project_id IS NOT DISTINCT FROM published.project_id
            AND still.field IS NOT DISTINCT FROM published.field
            AND still.label IS NOT DISTINCT FROM published.label
            AND still.ordinal IS NOT DISTINCT FROM published.ordinal
            AND still.raw IS NOT DISTINCT FROM published.raw
    )
ORDER BY
    list_position(['error', 'warning', 'info'], published.severity),
    published.code,
    published.source_id,
    published.project_id,
    published.issue_no
