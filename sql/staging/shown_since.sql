-- Since when every state of a page has shown an issue of the parser that is still open, with the same text.
--
-- key: kind_no
--
-- shown_since goes back to the last state that does not show the issue. A state that does not show the section whole
-- says nothing, and so does a page that could not be read, unless the issue is of such a page (told_by). A moment that
-- only a file vouches for does not count: an issue that no other moment shows is not here.
WITH kinds AS (
    SELECT DISTINCT
        kind_no,
        source_id,
        project_id,
        code,
        field,
        label,
        ordinal,
        raw,
        told_by
    FROM staging.parser_issues
    WHERE project_id IS NOT NULL
),

shown AS (
    SELECT DISTINCT
        kinds.kind_no,
        issues.snapshot_id
    FROM kinds
    INNER JOIN parsed.issues AS issues
        ON
            kinds.source_id = issues.source_id
            AND kinds.project_id = issues.project_id
            AND kinds.code = issues.code
            AND kinds.field IS NOT DISTINCT FROM issues.field
            AND kinds.label IS NOT DISTINCT FROM issues.label
            AND kinds.ordinal IS NOT DISTINCT FROM issues.ordinal
            AND kinds.raw IS NOT DISTINCT FROM issues.raw
),

states AS (
    SELECT
        source_id,
        project_id,
        seen_at,
        snapshot_id,
        list_filter(
            [
                'any',
                'readable',
                CASE WHEN fields_fingerprint IS NOT NULL THEN 'fields' END,
                CASE WHEN months_fingerprint IS NOT NULL THEN 'months' END,
                CASE WHEN updates_fingerprint IS NOT NULL THEN 'updates' END,
                CASE WHEN reports_fingerprint IS NOT NULL THEN 'reports' END
            ],
            lambda told: told IS NOT NULL
        ) AS tells
    FROM staging.observations
    WHERE is_dated
    UNION ALL
    SELECT
        source_id,
        project_id,
        first_at AS seen_at,
        snapshot_id,
        ['any'] AS tells
    FROM staging.visits
    WHERE
        project_id IS NOT NULL
        AND time_basis <> 'file'
        AND snapshot_id NOT IN (SELECT snapshot_id FROM staging.archived_pages)
),

placed AS (
    SELECT
        kinds.kind_no,
        (states.seen_at, states.snapshot_id) AS seen,
        shown.snapshot_id IS NOT NULL AS is_shown
    FROM kinds
    INNER JOIN states USING (source_id, project_id)
    LEFT JOIN shown USING (kind_no, snapshot_id)
    WHERE is_shown OR list_contains(states.tells, kinds.told_by)
),

breaks AS (
    SELECT
        kind_no,
        max(seen) AS last_break
    FROM placed
    WHERE NOT is_shown
    GROUP BY kind_no
)

SELECT
    placed.kind_no,
    min(placed.seen)[1] AS shown_since
FROM placed
LEFT JOIN breaks USING (kind_no)
WHERE placed.is_shown AND (breaks.kind_no IS NULL OR placed.seen > breaks.last_break)
GROUP BY placed.kind_no
