-- The open issues of the newest state: what the parser found on the pages and what the checks found across them.
--
-- key: issue_no
-- references: code -> quality_rules
-- warning: an issue is about the page, not about the project: it says that a value is lost, doubtful or noteworthy.
-- columns:
--   issue_no: number of the issue in this release, in table order
--   code: kind of issue; quality_rules explains it
--   severity: `error` (value or page lost), `warning` (value doubtful) or `info` (noteworthy)
--   source_id = projects
--   project_id: the project it concerns | label รหัสโครงการ | null where the page is not known to belong to one
--   snapshot_id: the archived page that shows it | null where no single page does
--   field: column of projects it concerns, `table.column` of another table, or the table as a whole | null where it concerns an unknown row or the whole page
--   label: label as printed | null where it concerns no single row
--   ordinal: position of the row on the page | null where it concerns no single row
--   raw: the text in question; contacts and user names are masked | null where there is none
--   message: the issue in one sentence
--   first_seen_at: when the issue was first observed | unit UTC timestamp | null where it has no date
--   present_since: the first day from which every later state of the page has had the issue with the same text | unit day in Bangkok | null where only the date of a file vouches for it
WITH issues_with_masked_texts AS (
    SELECT
        *,
        masked_issue(field, label, raw) AS masked_raw
    FROM staging.issues
)
SELECT
    row_number() OVER (
        ORDER BY source_id, project_id, code, ordinal, field, label, raw, message, snapshot_id
    ) AS issue_no,
    * EXCLUDE (masked_raw, shown_since) REPLACE (
        column_of(field) AS field,
        masked_text(label) AS label,
        masked_raw AS raw,
        masked_message(field, label, raw, masked_raw, message) AS message
    ),
    bangkok_day(shown_since) AS present_since
FROM issues_with_masked_texts
