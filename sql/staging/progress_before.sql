-- What a project's page said of its progress before each version but the first.
--
-- key: source_id, project_id, version_no
SELECT
    versions.source_id,
    versions.project_id,
    versions.version_no,
    pages.progress_pct
FROM (FROM staging.versions WHERE version_no > 1) AS versions
ASOF INNER JOIN (FROM staging.section_states WHERE section = 'field') AS states
    ON
        versions.source_id = states.source_id
        AND versions.project_id = states.project_id
        AND versions.valid_from > states.seen_from
INNER JOIN parsed.pages AS pages ON states.snapshot_id = pages.snapshot_id
