-- One row per project: its newest version, and the snapshots that show the newest state of each section.
--
-- key: source_id, project_id
--
-- `place` numbers the projects in key order: sorting the large tables by it costs half as much as sorting by two texts.
-- A section is taken from the first capture of its newest whole state; where no capture shows it whole, from the last
-- one that shows a part of it; and where no capture that counts shows any of it, from one that does not count.
WITH first_versions AS (
    SELECT
        row_number() OVER (ORDER BY source_id, project_id) AS place,
        source_id,
        project_id,
        valid_from AS first_seen_at
    FROM staging.versions
    WHERE version_no = 1
),

first_whole AS (
    SELECT
        source_id,
        project_id,
        arg_min(snapshot_id, (seen_at, snapshot_id)) FILTER (fields_fingerprint IS NOT NULL) AS fields_snapshot_id,
        arg_min(snapshot_id, (seen_at, snapshot_id)) FILTER (months_fingerprint IS NOT NULL) AS months_snapshot_id,
        arg_min(snapshot_id, (seen_at, snapshot_id)) FILTER (updates_fingerprint IS NOT NULL) AS updates_snapshot_id,
        arg_min(snapshot_id, (seen_at, snapshot_id)) FILTER (reports_fingerprint IS NOT NULL) AS reports_snapshot_id,
        min(seen_at) FILTER (reports_fingerprint IS NOT NULL) AS reports_first_seen_at,
        max(last_seen_at) FILTER (reports_fingerprint IS NOT NULL) AS reports_last_seen_at
    FROM staging.observations
    GROUP BY source_id, project_id
),

last_whole AS (
    SELECT
        source_id,
        project_id,
        arg_max(snapshot_id, state_no) FILTER (section = 'field') AS fields_snapshot_id,
        arg_max(snapshot_id, state_no) FILTER (section = 'month') AS months_snapshot_id,
        arg_max(snapshot_id, state_no) FILTER (section = 'update') AS updates_snapshot_id,
        arg_max(snapshot_id, state_no) FILTER (section = 'progress') AS reports_snapshot_id
    FROM staging.section_states
    GROUP BY source_id, project_id
),

last_part AS (
    SELECT
        source_id,
        project_id,
        arg_max(snapshot_id, (standing(fields_state, is_counted), captured_at, snapshot_id)) AS fields_snapshot_id,
        arg_max(snapshot_id, (standing(months_state, is_counted), captured_at, snapshot_id)) AS months_snapshot_id,
        arg_max(snapshot_id, (standing(updates_state, is_counted), captured_at, snapshot_id)) AS updates_snapshot_id,
        arg_max(snapshot_id, (standing(reports_state, is_counted), captured_at, snapshot_id)) AS reports_snapshot_id,
        arg_max(captured_at, (standing(reports_state, is_counted), captured_at, snapshot_id)) AS reports_seen_at
    FROM staging.archived_pages
    GROUP BY source_id, project_id
),

sections AS (
    SELECT
        last_part.source_id,
        last_part.project_id,
        coalesce(last_whole.fields_snapshot_id, first_whole.fields_snapshot_id, last_part.fields_snapshot_id)
            AS fields_snapshot_id,
        coalesce(last_whole.months_snapshot_id, first_whole.months_snapshot_id, last_part.months_snapshot_id)
            AS months_snapshot_id,
        coalesce(last_whole.updates_snapshot_id, first_whole.updates_snapshot_id, last_part.updates_snapshot_id)
            AS updates_snapshot_id,
        coalesce(last_whole.reports_snapshot_id, first_whole.reports_snapshot_id, last_part.reports_snapshot_id)
            AS reports_snapshot_id,
        first_whole.reports_first_seen_at,
        first_whole.reports_last_seen_at,
        last_part.reports_seen_at AS reports_part_seen_at
    FROM last_part
    INNER JOIN first_whole USING (source_id, project_id)
    LEFT JOIN last_whole USING (source_id, project_id)
)

SELECT
    first_versions.place,
    versions.source_id,
    versions.project_id,
    versions.version_no,
    versions.snapshot_id,
    versions.valid_from,
    versions.last_seen_at,
    versions.vanished_at,
    versions.n_versions,
    first_versions.first_seen_at,
    sections.fields_snapshot_id,
    sections.months_snapshot_id,
    sections.updates_snapshot_id,
    sections.reports_snapshot_id,
    sections.reports_first_seen_at,
    sections.reports_last_seen_at,
    sections.reports_part_seen_at,
    captures.fields_state,
    months.months_state,
    updates.updates_state,
    reports.reports_state,
    captures.captured_at,
    captures.time_basis,
    captures.url,
    captures.archive_url,
    captures.run_id,
    captures.warc_file,
    captures.warc_offset
FROM staging.versions AS versions
INNER JOIN first_versions USING (source_id, project_id)
INNER JOIN sections USING (source_id, project_id)
INNER JOIN staging.archived_pages AS captures ON sections.fields_snapshot_id = captures.snapshot_id
INNER JOIN staging.archived_pages AS months ON sections.months_snapshot_id = months.snapshot_id
INNER JOIN staging.archived_pages AS updates ON sections.updates_snapshot_id = updates.snapshot_id
INNER JOIN staging.archived_pages AS reports ON sections.reports_snapshot_id = reports.snapshot_id
WHERE versions.version_no = versions.n_versions
