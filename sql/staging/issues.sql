-- Every open issue, of the parser and of the checks: the rows of quality_issues, unmasked and without a number.
--
-- key: code, source_id, project_id, snapshot_id, field, label, ordinal, raw, message
-- form: view
SELECT
    found.* EXCLUDE (told_by),
    since.shown_since
FROM staging.parser_issues AS found
LEFT JOIN staging.shown_since AS since
    ON
        found.source_id = since.source_id
        AND found.project_id = since.project_id
        AND found.code = since.code
        AND found.field IS NOT DISTINCT FROM since.field
        AND found.label IS NOT DISTINCT FROM since.label
        AND found.ordinal IS NOT DISTINCT FROM since.ordinal
        AND found.raw IS NOT DISTINCT FROM since.raw
        AND found.told_by = since.told_by
UNION ALL BY NAME
SELECT
    found.* REPLACE (coalesce(found.first_seen_at, current.valid_from) AS first_seen_at),
    found.first_seen_at AS shown_since
FROM staging.check_issues AS found
LEFT JOIN staging.current_versions AS current USING (source_id, project_id)
