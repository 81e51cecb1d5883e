-- Every moment, or interval, at which a project page was seen with some content: captured, or found unchanged.
--
-- key: source_id, project_id, seen_at, snapshot_id
--
-- Visits that found a page unchanged are intervals, from seen_at to last_seen_at, with nothing else of the page between;
-- of any other moment the two are one. An unchanged page has no body of its own: its visit names the snapshot that it
-- repeats. Going through the capture keeps the history right when a changed reader gives every page other fingerprints. A
-- fingerprint is null where the section is not whole. is_dated is false where only the date of a file tells the moment.
WITH moments AS (
    SELECT
        source_id,
        project_id,
        snapshot_id,
        captured_at AS seen_at,
        captured_at AS last_seen_at,
        1 AS n_observations
    FROM staging.captures
    UNION
    SELECT
        source_id,
        project_id,
        repeats AS snapshot_id,
        first_at AS seen_at,
        requested_at AS last_seen_at,
        n_visits AS n_observations
    FROM staging.visits
    WHERE outcome = 'unchanged' AND project_id IS NOT NULL AND time_basis <> 'file'
)

SELECT
    moments.source_id,
    moments.project_id,
    moments.seen_at,
    moments.last_seen_at,
    moments.n_observations,
    moments.snapshot_id,
    captures.time_basis <> 'file' OR moments.seen_at <> captures.captured_at AS is_dated,
    captures.fields_fingerprint,
    captures.months_fingerprint,
    captures.updates_fingerprint,
    captures.reports_fingerprint
FROM moments
INNER JOIN staging.captures AS captures USING (snapshot_id, source_id, project_id)
