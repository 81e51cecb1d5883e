-- The typed fields of each project's newest page, unmasked: only the models in sql/ may read it.
--
-- key: source_id, project_id
-- form: view
SELECT
    pages.* EXCLUDE (fields_state, months_state, updates_state, reports_state),
    current.* EXCLUDE (
        source_id,
        project_id,
        version_no,
        snapshot_id,
        fields_snapshot_id,
        months_snapshot_id,
        updates_snapshot_id,
        reports_snapshot_id,
        reports_first_seen_at,
        reports_part_seen_at
    )
FROM staging.current_versions AS current
INNER JOIN parsed.pages AS pages ON current.fields_snapshot_id = pages.snapshot_id
