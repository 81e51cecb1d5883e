-- Since when every state of a page has shown an issue of the parser that is still open, with the same text.
--
-- key: source_id, project_id, code, field, label, ordinal, raw, told_by
--
-- shown_since goes back to the last state that does not show the issue. A state that does not show the section whole
-- says nothing, and so does a page that could not be read, unless the issue is of such a page (told_by). A moment that
-- only a file vouches for does not count: an issue that no other moment shows is not here.
WITH kinds AS (
    SELECT
        row_number() OVER () AS kind_no,
        *
    FROM (
        SELECT DISTINCT
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
    )
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
        observations.source_id,
        observations.project_id,
        observations.seen_at,
        observations.snapshot_id,
        list_filter(
            [
                'any',
                'readable',
                CASE WHEN observations.fields_fingerprint IS NOT NULL THEN 'fields' END,
                CASE WHEN observations.months_fingerprint IS NOT NULL THEN 'months' END,
                CASE WHEN observations.updates_fingerprint IS NOT NULL THEN 'updates' END,
                CASE WHEN observations.reports_fingerprint IS NOT NULL THEN 'reports' END
            ],
            lambda told: told IS NOT NULL
        ) AS tells
    FROM staging.observations AS observations
    INNER JOIN staging.captures AS captures ON observations.snapshot_id = captures.snapshot_id
    WHERE captures.time_basis <> 'file' OR observations.seen_at <> captures.captured_at
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
    INNER JOIN states ON kinds.source_id = states.source_id AND kinds.project_id = states.project_id
    LEFT JOIN shown ON kinds.kind_no = shown.kind_no AND states.snapshot_id = shown.snapshot_id
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
    kinds.* EXCLUDE (kind_no),
    min(placed.seen)[1] AS shown_since
FROM placed
INNER JOIN kinds ON placed.kind_no = kinds.kind_no
LEFT JOIN breaks ON placed.kind_no = breaks.kind_no
WHERE placed.is_shown AND (breaks.kind_no IS NULL OR placed.seen > breaks.last_break)
GROUP BY ALL
