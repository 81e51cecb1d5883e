-- One row per project: its newest version, and since when the project is known.
--
-- key: source_id, project_id
-- columns:
--   place: number of the project in key order, from 1
--   source_id = projects
--   project_id = projects
--   version_no = project_versions
--   snapshot_id = projects
--   content_sha256 = project_versions
--   valid_from = project_versions
--   last_seen_at = projects
--   vanished_at = projects
--   n_versions = projects
--   first_seen_at = projects
--   captured_at = staging.captures
--   url = projects
--   run_id = staging.captures
--   warc_file = projects
--   warc_offset = projects
--
-- `place` numbers the projects in key order: the large tables are sorted by it, which costs half of sorting by two texts.
WITH first_versions AS (
    SELECT
        row_number() OVER (ORDER BY source_id, project_id) AS place,
        source_id,
        project_id,
        valid_from AS first_seen_at
    FROM staging.versions
    WHERE version_no = 1
)

SELECT
    first_versions.place,
    versions.source_id,
    versions.project_id,
    versions.version_no,
    versions.snapshot_id,
    versions.content_sha256,
    versions.valid_from,
    versions.last_seen_at,
    versions.vanished_at,
    versions.n_versions,
    first_versions.first_seen_at,
    captures.captured_at,
    captures.url,
    captures.run_id,
    captures.warc_file,
    captures.warc_offset
FROM staging.versions AS versions
INNER JOIN first_versions
    ON versions.source_id = first_versions.source_id AND versions.project_id = first_versions.project_id
INNER JOIN staging.captures AS captures ON versions.snapshot_id = captures.snapshot_id
WHERE versions.version_no = versions.n_versions
