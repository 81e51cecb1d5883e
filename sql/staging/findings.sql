-- Every open finding, of the parser and of the checks: the rows of quality_issues, unmasked and without a number.
--
-- form: view
FROM staging.open_findings
UNION ALL BY NAME
SELECT found.* REPLACE (coalesce(found.first_seen_at, newest.valid_from) AS first_seen_at)
FROM staging.all_findings AS found
LEFT JOIN staging.newest AS newest
    ON found.source_id = newest.source_id AND found.project_id = newest.project_id
