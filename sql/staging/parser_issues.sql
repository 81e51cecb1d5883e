-- The parser's issues that are still open, with the first capture that showed each of them.
--
-- key: code, source_id, project_id, snapshot_id, field, label, ordinal, raw, message
--
-- An issue of a section is open while the section is published from the capture that has the issue; the issues that
-- explain why the last capture does not show a section whole are open too. An issue of a page as a whole (without field
-- and label) is open while that page is the last capture, if it could be read; an issue of a page that could not be read
-- is open until a later page could be. A page without a project is judged by itself.
--
-- told_by says which states of the page show whether it has the issue: those that show a section whole (`fields`, `months`,
-- `updates`, `reports`), those that could be read (`readable`), or `any`. kind_no numbers what is the same issue on more
-- than one page.
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
        issues.code IN (
            'missing_table', 'duplicate_table', 'missing_column', 'malformed_table_row', 'incomplete_table',
            'ambiguous_label'
        )
        OR (issues.code = 'missing_label' AND issues.raw IS NOT DISTINCT FROM '1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12')
            AS is_of_whole_section,
        CASE
            WHEN issues.snapshot_id NOT IN (SELECT snapshot_id FROM staging.archived_pages) THEN 'any'
            WHEN (issues.field IS NULL AND issues.label IS NULL) OR is_of_whole_section THEN 'readable'
            WHEN issues.field ^@ 'progress_history' THEN 'reports'
            WHEN issues.field ^@ 'update_history' THEN 'updates'
            WHEN issues.field = 'month' THEN 'months'
            ELSE 'fields'
        END AS told_by,
        issues.snapshot_id = last_captures.snapshot_id AND is_of_whole_section AS is_of_last_capture
    FROM parsed.issues AS issues
    INNER JOIN logged USING (snapshot_id)
    LEFT JOIN staging.current_versions AS current USING (source_id, project_id)
    LEFT JOIN last_captures USING (source_id, project_id)
    -- A capture that is dated only by its file neither opens nor closes an issue, unless there is no other capture.
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

SELECT
    * EXCLUDE (
        captured_at,
        seen_at,
        current_snapshot_id,
        current_seen_at,
        is_of_whole_section,
        is_of_last_capture,
        last_issue_at
    ),
    dense_rank() OVER (ORDER BY source_id, project_id, code, field, label, ordinal, raw, told_by) AS kind_no
FROM dated
WHERE
    is_of_last_capture
    OR snapshot_id IS NOT DISTINCT FROM current_snapshot_id
    OR (current_snapshot_id IS NULL AND seen_at = last_issue_at)
    OR (seen_at > current_seen_at AND seen_at = last_issue_at)
    OR project_id IS NULL
