-- The typed fields of each project's newest page, unmasked: only models below sql/ may read it.
--
-- key: source_id, project_id
-- form: view
SELECT
    pages.* EXCLUDE (months_state, updates_state, reports_state),
    months.months_state,
    updates.updates_state,
    reports.reports_state,
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
INNER JOIN parsed.pages AS months ON current.months_snapshot_id = months.snapshot_id
INNER JOIN parsed.pages AS updates ON current.updates_snapshot_id = updates.snapshot_id
INNER JOIN parsed.pages AS reports ON current.reports_snapshot_id = reports.snapshot_id
