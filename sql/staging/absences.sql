-- Gaps in which the page of a project was gone twice, hours apart (404), so that the project counts as vanished.
--
-- key: source_id, project_id, page_seen_at
--
-- Only its own page says that a project is gone, at the time of the answer, in any run or import: a listing that omits a
-- project only makes its page due. Between two sightings of the page (and after the last one) the project counts as
-- vanished from the first 404 that is at least build.vanished_after_hours after the first one; without it vanished_at is
-- null. A run asks for a page once, so two such answers are of two runs. Of sightings at one moment the last one by its
-- snapshot, as in versions, is the page that went.
WITH gone AS (
    SELECT DISTINCT
        source_id,
        project_id,
        requested_at AS absent_at,
        row(requested_at + INTERVAL 1 MICROSECOND, '') AS right_after
    FROM staging.visits
    WHERE outcome = 'missing' AND project_id IS NOT NULL AND time_basis <> 'file'
),

absences AS (
    SELECT
        gone.source_id,
        gone.project_id,
        seen.seen_at AS page_seen_at,
        seen.snapshot_id AS page_snapshot_id,
        gone.absent_at,
        min(gone.absent_at) OVER (PARTITION BY gone.source_id, gone.project_id, seen.seen_at) AS first_absent_at
    FROM gone
    ASOF INNER JOIN (FROM staging.observations SELECT *, row(seen_at, snapshot_id) AS place) AS seen
        ON
            gone.source_id = seen.source_id
            AND gone.project_id = seen.project_id
            AND gone.right_after > seen.place
)

SELECT
    source_id,
    project_id,
    page_seen_at,
    page_snapshot_id,
    any_value(first_absent_at) AS first_absent_at,
    min(absent_at) FILTER (
        absent_at >= first_absent_at + to_seconds(3600 * getvariable('vanished_after_hours'))
    ) AS vanished_at
FROM absences
GROUP BY source_id, project_id, page_seen_at, page_snapshot_id
