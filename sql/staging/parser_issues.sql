-- The parser's issues that still stand, with the first capture that showed each of them.
--
-- key: code, source_id, project_id, snapshot_id, field, label, ordinal, raw, message
--
-- What is said of a section stands while the section does, as the capture shows it that it is published from; why the
-- last capture does not show it whole stands beside it. What is said of a page as a whole (it names no field and no label) stands while it is the last capture, as long as that could
-- be read; a page that could not be read stands while no later one could. A page without a project is judged by itself.
WITH logged AS (
    SELECT
        snapshot_id,
        min(requested_at) AS captured_at,
        bool_and(time_basis = 'file') AS is_undated
    FROM staging.visits
    WHERE snapshot_id IS NOT NULL
    GROUP BY snapshot_id
),

last_captures AS (
    SELECT
        source_id,
        project_id,
        arg_max(snapshot_id, (captured_at, snapshot_id)) AS snapshot_id,
        bool_and(time_basis <> 'file') AS is_dated
    FROM staging.captures
    GROUP BY source_id, project_id
),

placed AS (
    SELECT
        issues.*,
        logged.captured_at,
        (NOT logged.is_undated, logged.captured_at) AS seen_at,
        (last_captures.is_dated, current.last_seen_at) AS current_seen_at,
        CASE
            WHEN issues.field IS NULL AND issues.label IS NULL THEN last_captures.snapshot_id
            WHEN issues.field ^@ 'progress_history' THEN current.reports_snapshot_id
            WHEN issues.field ^@ 'update_history' THEN current.updates_snapshot_id
            WHEN issues.field = 'month' THEN current.months_snapshot_id
            ELSE current.fields_snapshot_id
        END AS current_snapshot_id,
        issues.snapshot_id = last_captures.snapshot_id AND (
            issues.code IN (
                'missing_table', 'duplicate_table', 'missing_column', 'malformed_table_row', 'incomplete_table',
                'ambiguous_label'
            )
            OR (issues.code = 'missing_label' AND issues.raw = '1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12')
        ) AS is_of_last_capture
    FROM parsed.issues AS issues
    INNER JOIN logged ON issues.snapshot_id = logged.snapshot_id
    LEFT JOIN staging.current_versions AS current
        ON issues.source_id = current.source_id AND issues.project_id = current.project_id
    LEFT JOIN last_captures
        ON issues.source_id = last_captures.source_id AND issues.project_id = last_captures.project_id
    -- What only the date of a file vouches for is neither the first nor the last word on a section, unless it is all.
    WHERE
        NOT logged.is_undated
        OR last_captures.snapshot_id IS NULL
        OR issues.snapshot_id = last_captures.snapshot_id
        OR issues.snapshot_id = current_snapshot_id
),

dated AS (
    SELECT
        *,
        min(captured_at) OVER (PARTITION BY source_id, project_id, code, field, label, ordinal) AS first_seen_at,
        max(seen_at) OVER (PARTITION BY source_id, project_id) AS last_issue_at
    FROM placed
)

SELECT * EXCLUDE (captured_at, seen_at, current_snapshot_id, current_seen_at, is_of_last_capture, last_issue_at)
FROM dated
WHERE
    is_of_last_capture
    OR snapshot_id IS NOT DISTINCT FROM current_snapshot_id
    OR (current_snapshot_id IS NULL AND seen_at = last_issue_at)
    OR (seen_at > current_seen_at AND seen_at = last_issue_at)
    OR project_id IS NULL
