-- The parser's findings that still stand, with the first capture that showed each of them.
--
-- key: code, source_id, project_id, snapshot_id, field, label, ordinal, raw, message
-- columns:
--   code = quality_issues
--   severity = quality_issues
--   source_id = quality_issues
--   project_id = quality_issues
--   snapshot_id = quality_issues
--   field = quality_issues
--   label = quality_issues
--   ordinal = quality_issues
--   raw: the text in question, unmasked | null where there is none
--   message: the finding in one sentence, unmasked
--   first_seen_at = quality_issues
--
-- A finding stands while its page is the newest one of the project, or a page captured after that which could not be
-- read. A page without a project id is judged by itself.
WITH placed AS (
    SELECT
        issues.*,
        logged.captured_at,
        newest.snapshot_id AS newest_snapshot_id,
        newest.last_seen_at AS newest_seen_at
    FROM parsed.issues AS issues
    LEFT JOIN (
        SELECT
            snapshot_id,
            min(requested_at) AS captured_at
        FROM staging.attempts
        WHERE snapshot_id IS NOT NULL
        GROUP BY snapshot_id
    ) AS logged ON issues.snapshot_id = logged.snapshot_id
    LEFT JOIN staging.newest AS newest
        ON issues.source_id = newest.source_id AND issues.project_id = newest.project_id
),

dated AS (
    SELECT
        *,
        min(captured_at) OVER (PARTITION BY source_id, project_id, code, field, label, ordinal) AS first_seen_at,
        max(captured_at) OVER (PARTITION BY source_id, project_id) AS last_issue_at
    FROM placed
)

SELECT
    code,
    severity,
    source_id,
    project_id,
    snapshot_id,
    field,
    label,
    ordinal,
    raw,
    message,
    first_seen_at
FROM dated
WHERE
    snapshot_id IS NOT DISTINCT FROM newest_snapshot_id
    OR (newest_snapshot_id IS NULL AND captured_at IS NOT DISTINCT FROM last_issue_at)
    OR (captured_at > newest_seen_at AND captured_at = last_issue_at)
    OR project_id IS NULL
