-- Every open issue, of the parser and of the checks: the rows of quality_issues, unmasked and without a number.
--
-- key: code, source_id, project_id, snapshot_id, field, label, ordinal, raw, message
-- form: view
FROM staging.parser_issues
UNION ALL BY NAME
SELECT found.* REPLACE (coalesce(found.first_seen_at, current.valid_from) AS first_seen_at)
FROM staging.check_issues AS found
LEFT JOIN staging.current_versions AS current
    ON found.source_id = current.source_id AND found.project_id = current.project_id
