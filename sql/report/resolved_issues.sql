-- Issues of the release before that are no longer there, newest first.
WITH still AS (
    SELECT DISTINCT
        source_id,
        project_id,
        code,
        field,
        label,
        ordinal,
        raw
    FROM here.quality_issues
)

SELECT
    before.code,
    before.severity,
    before.source_id,
    before.project_id,
    before.label,
    before.ordinal,
    before.raw,
    before.message
FROM before.quality_issues AS before
WHERE
    NOT EXISTS (
        FROM still
        WHERE
            still.source_id = before.source_id
            AND still.code = before.code
            AND still.project_id IS NOT DISTINCT FROM before.project_id
            AND still.field IS NOT DISTINCT FROM before.field
            AND still.label IS NOT DISTINCT FROM before.label
            AND still.ordinal IS NOT DISTINCT FROM before.ordinal
            AND still.raw IS NOT DISTINCT FROM before.raw
    )
ORDER BY list_position(['error', 'warning', 'info'], before.severity), before.code, before.source_id, before.project_id, before.issue_no
