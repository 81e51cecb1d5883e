-- Every open finding, of the parser and of the checks: the rows of quality_issues, unmasked and without a number.
--
-- form: view
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
FROM staging.open_findings
UNION ALL
SELECT
    found.code,
    found.severity,
    found.source_id,
    found.project_id,
    found.snapshot_id,
    found.field,
    found.label,
    found.ordinal,
    found.raw,
    found.message,
    coalesce(found.first_seen_at, newest.valid_from) AS first_seen_at
FROM staging.all_findings AS found
LEFT JOIN staging.newest AS newest
    ON found.source_id = newest.source_id AND found.project_id = newest.project_id
