-- The two captures, new and old, on the sides of every version that brought other content.
--
-- key: edit_no, is_new
--
-- A table of its own, so that the planner knows how few they are beside all captures. `edit_no` numbers the versions in
-- no particular order: what stands on the two sides is matched by it, which is quicker than by two texts and a number.
WITH pairs AS (
    SELECT
        row_number() OVER () AS edit_no,
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
    edit_no,
    source_id,
    project_id,
    version_no,
    is_same_reader,
    unnest([snapshot_id, previous_snapshot_id]) AS snapshot_id,
    unnest([true, false]) AS is_new
FROM pairs
