-- One row per project: its newest version, and since when the project is known.
--
-- key: source_id, project_id
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
