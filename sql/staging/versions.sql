-- The distinct contents of each page in time order: a slowly changing dimension of type 2.
--
-- key: source_id, project_id, version_no
--
-- A version ends where another content is seen or the project vanishes; the same content after a gap is a new version.
-- What is known of a version stands where it starts and where the next one does, so the observations between are not
-- kept.
WITH placed AS (
    SELECT
        observations.source_id,
        observations.project_id,
        observations.seen_at,
        observations.snapshot_id,
        observations.content_sha256,
        absences.vanished_at
    FROM staging.observations AS observations
    LEFT JOIN staging.absences AS absences
        ON
            observations.source_id = absences.source_id
            AND observations.project_id = absences.project_id
            AND observations.seen_at = absences.page_seen_at
            AND absences.vanished_at IS NOT NULL
),

numbered AS (
    SELECT
        *,
        row_number() OVER in_time AS observation_no,
        lag(content_sha256) OVER in_time AS previous_sha256,
        lag(seen_at) OVER in_time AS previous_seen_at,
        lag(vanished_at) OVER in_time AS previous_vanished_at,
        count(*) OVER to_the_end AS n_all_observations,
        last_value(seen_at) OVER to_the_end AS final_seen_at,
        last_value(vanished_at) OVER to_the_end AS final_vanished_at
    FROM placed
    WINDOW
        in_time AS (PARTITION BY source_id, project_id ORDER BY seen_at, snapshot_id),
        to_the_end AS (
            PARTITION BY source_id, project_id
            ORDER BY seen_at, snapshot_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
),

starts AS (
    SELECT *
    FROM numbered
    WHERE previous_sha256 IS DISTINCT FROM content_sha256 OR previous_vanished_at < seen_at
)

SELECT
    source_id,
    project_id,
    row_number() OVER in_order AS version_no,
    content_sha256,
    snapshot_id,
    seen_at AS valid_from,
    lead(previous_seen_at, 1, final_seen_at) OVER in_order AS last_seen_at,
    lead(previous_vanished_at, 1, final_vanished_at) OVER in_order AS vanished_at,
    lead(observation_no, 1, n_all_observations + 1) OVER in_order - observation_no AS n_observations,
    lead(seen_at) OVER in_order AS next_valid_from,
    lag(snapshot_id) OVER in_order AS previous_snapshot_id,
    previous_seen_at,
    previous_vanished_at IS NOT NULL AS is_reappearance,
    count(*) OVER (PARTITION BY source_id, project_id) AS n_versions
FROM starts
WINDOW in_order AS (PARTITION BY source_id, project_id ORDER BY observation_no)
