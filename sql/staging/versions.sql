-- The distinct contents of each page in time order: a slowly changing dimension of type 2.
--
-- A version ends where another content is seen or the project vanishes; the same content after a gap is a new version.
WITH placed AS (
    SELECT
        sightings.source_id,
        sightings.project_id,
        sightings.seen_at,
        sightings.snapshot_id,
        sightings.content_sha256,
        absences.vanished_at
    FROM staging.sightings AS sightings
    LEFT JOIN staging.absences AS absences
        ON
            sightings.source_id = absences.source_id
            AND sightings.project_id = absences.project_id
            AND sightings.seen_at = absences.page_seen_at
            AND absences.vanished_at IS NOT NULL
),

marked AS (
    SELECT
        *,
        lag(content_sha256) OVER in_time IS DISTINCT FROM content_sha256
        OR lag(vanished_at) OVER in_time < seen_at AS starts_version
    FROM placed
    WINDOW in_time AS (PARTITION BY source_id, project_id ORDER BY seen_at, snapshot_id)
),

numbered AS (
    SELECT
        source_id,
        project_id,
        seen_at,
        snapshot_id,
        content_sha256,
        vanished_at,
        count(*) FILTER (WHERE starts_version) OVER (
            PARTITION BY source_id, project_id ORDER BY seen_at, snapshot_id ROWS UNBOUNDED PRECEDING
        ) AS version_no
    FROM marked
),

versions AS (
    SELECT
        source_id,
        project_id,
        version_no,
        arg_min(content_sha256, (seen_at, snapshot_id)) AS content_sha256,
        arg_min(snapshot_id, (seen_at, snapshot_id)) AS snapshot_id,
        min(seen_at) AS valid_from,
        max(seen_at) AS last_seen_at,
        max(vanished_at) AS vanished_at,
        count(*) AS n_sightings
    FROM numbered
    GROUP BY source_id, project_id, version_no
)

SELECT
    source_id,
    project_id,
    version_no,
    content_sha256,
    snapshot_id,
    valid_from,
    last_seen_at,
    vanished_at,
    n_sightings,
    lead(valid_from) OVER in_order AS next_valid_from,
    lag(snapshot_id) OVER in_order AS previous_snapshot_id,
    lag(last_seen_at) OVER in_order AS previous_seen_at,
    lag(vanished_at) OVER in_order IS NOT NULL AS is_return,
    count(*) OVER (PARTITION BY source_id, project_id) AS n_versions
FROM versions
WINDOW in_order AS (PARTITION BY source_id, project_id ORDER BY version_no)
