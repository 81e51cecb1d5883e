-- The details of one project that the explorer page shows beside the list: values as printed, and the origin of the page;
-- times in seconds since 1970.
SELECT
    projects.budget_received_thb_raw AS received_raw,
    projects.budget_spent_thb_raw AS spent_raw,
    projects.progress_pct_raw AS progress_raw,
    projects.start_date_raw AS start_raw,
    projects.finish_date_raw AS finish_raw,
    projects.target_value::DOUBLE AS target,
    projects.target_unit,
    projects.target_raw,
    projects.result_value::DOUBLE AS result,
    projects.result_unit,
    projects.result_raw,
    projects.weight_raw,
    replace(projects.url, projects.project_id, '{project_id}') AS url,
    replace(projects.archive_url, projects.project_id, '{project_id}') AS archive_url,
    projects.warc_file,
    projects.warc_offset,
    epoch(versions.valid_from)::BIGINT AS captured_at,
    coalesce(versions.time_basis, projects.time_basis) AS time_basis,
    epoch(projects.first_seen_at)::BIGINT AS first_seen_at,
    epoch(projects.last_seen_at)::BIGINT AS last_seen_at,
    epoch(projects.last_changed_at)::BIGINT AS last_changed_at,
    epoch(projects.vanished_at)::BIGINT AS vanished_at,
    projects.n_versions
FROM places
INNER JOIN projects USING (source_id, project_id)
LEFT JOIN project_versions AS versions ON places.snapshot_id = versions.snapshot_id
ORDER BY places.place
