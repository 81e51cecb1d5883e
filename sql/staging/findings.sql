-- Every open finding, of the parser and of the checks: the rows of quality_issues, unmasked and without a number.
--
-- key: code, source_id, project_id, snapshot_id, field, label, ordinal, raw, message
-- form: view
-- columns:
--   code = quality_issues
--   severity = quality_issues
--   source_id = quality_issues
--   project_id = quality_issues
--   snapshot_id = quality_issues
--   field = quality_issues
--   label = quality_issues
--   ordinal = quality_issues
--   raw = staging.open_findings
--   message = staging.open_findings
--   first_seen_at = quality_issues
FROM staging.open_findings
UNION ALL BY NAME
SELECT found.* REPLACE (coalesce(found.first_seen_at, newest.valid_from) AS first_seen_at)
FROM staging.all_findings AS found
LEFT JOIN staging.newest AS newest
    ON found.source_id = newest.source_id AND found.project_id = newest.project_id
