-- Every moment at which a project page was seen with some content: captured, or found unchanged.
--
-- key: source_id, project_id, seen_at, snapshot_id
--
-- An unchanged page has no body of its own: its visit names the snapshot that it repeats. Going through the capture keeps
-- the history right when a changed reader gives every page another fingerprint.
SELECT
    source_id,
    project_id,
    captured_at AS seen_at,
    snapshot_id,
    content_sha256
FROM staging.captures
UNION ALL
SELECT DISTINCT
    visits.source_id,
    visits.project_id,
    visits.requested_at AS seen_at,
    captures.snapshot_id,
    captures.content_sha256
FROM staging.visits AS visits
INNER JOIN staging.captures AS captures
    ON
        visits.repeats = captures.snapshot_id
        AND visits.source_id = captures.source_id
        AND visits.project_id = captures.project_id
WHERE visits.outcome = 'unchanged'
