-- The two captures, new and old, on the sides of every version that brought other content.
--
-- A table of its own, so that the planner knows how few they are beside all captures.
WITH pairs AS (
    SELECT
        versions.source_id,
        versions.project_id,
        versions.version_no,
        versions.snapshot_id,
        versions.previous_snapshot_id,
        new_capture.reader = old_capture.reader AS is_same_reader
    FROM staging.versions AS versions
    INNER JOIN staging.captures AS new_capture ON versions.snapshot_id = new_capture.snapshot_id
    INNER JOIN staging.captures AS old_capture ON versions.previous_snapshot_id = old_capture.snapshot_id
    WHERE versions.version_no > 1 AND versions.content_sha256 <> old_capture.content_sha256
)

SELECT
    source_id,
    project_id,
    version_no,
    is_same_reader,
    unnest([snapshot_id, previous_snapshot_id]) AS snapshot_id,
    unnest([true, false]) AS is_new
FROM pairs
