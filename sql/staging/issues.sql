-- Every open issue, of the parser and of the checks: the rows of quality_issues, unmasked and without a number.
--
-- key: code, source_id, project_id, snapshot_id, field, label, ordinal, raw, message
-- form: view
SELECT
    found.* EXCLUDE (told_by, kind_no),
    since.shown_since
FROM staging.parser_issues AS found
LEFT JOIN staging.shown_since AS since USING (kind_no)
UNION ALL BY NAME
SELECT
    found.* REPLACE (coalesce(found.first_seen_at, current.valid_from) AS first_seen_at),
    found.first_seen_at AS shown_since
FROM staging.check_issues AS found
LEFT JOIN staging.current_versions AS current USING (source_id, project_id)
