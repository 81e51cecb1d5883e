-- The parser's issues that still stand, with the first capture that showed each of them.
--
-- key: code, source_id, project_id, snapshot_id, field, label, ordinal, raw, message
--
-- An issue stands while its page is the newest one of the project, or a page captured after that which could not be
-- read. A page without a project id is judged by itself.
WITH placed AS (
    SELECT
        issues.*,
        logged.captured_at,
        current.snapshot_id AS current_snapshot_id,
        current.last_seen_at AS current_seen_at
    FROM parsed.issues AS issues
    LEFT JOIN (
        SELECT
            snapshot_id,
            min(requested_at) AS captured_at
        FROM staging.visits
        WHERE snapshot_id IS NOT NULL
        GROUP BY snapshot_id
    ) AS logged ON issues.snapshot_id = logged.snapshot_id
    LEFT JOIN staging.current_versions AS current
        ON issues.source_id = current.source_id AND issues.project_id = current.project_id
),

dated AS (
    SELECT
        *,
        min(captured_at) OVER (PARTITION BY source_id, project_id, code, field, label, ordinal) AS first_seen_at,
        max(captured_at) OVER (PARTITION BY source_id, project_id) AS last_issue_at
    FROM placed
)

SELECT * EXCLUDE (captured_at, current_snapshot_id, current_seen_at, last_issue_at)
FROM dated
WHERE
    snapshot_id IS NOT DISTINCT FROM current_snapshot_id
    OR (current_snapshot_id IS NULL AND captured_at IS NOT DISTINCT FROM last_issue_at)
    OR (captured_at > current_seen_at AND captured_at = last_issue_at)
    OR project_id IS NULL
