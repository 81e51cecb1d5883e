-- The states of each section of a project's page, with the time each was seen; only projects with more than one version.
--
-- key: source_id, project_id, section, state_no
--
-- Only whole sections count, so between two states of a section the agency changed something in it. seen_from and
-- seen_until are the first and the last observation that showed the state; the snapshot is that of the first.
WITH edited_projects AS (
    SELECT
        source_id,
        project_id
    FROM staging.versions
    WHERE version_no = 2
),

shown AS (
    SELECT
        source_id,
        project_id,
        seen_at,
        last_seen_at,
        snapshot_id,
        unnest(['field', 'month', 'update', 'progress']) AS section,
        unnest([fields_fingerprint, months_fingerprint, updates_fingerprint, reports_fingerprint]) AS fingerprint
    FROM staging.observations
    SEMI JOIN edited_projects USING (source_id, project_id)
),

steps AS (
    SELECT
        *,
        lag(fingerprint) OVER in_time IS DISTINCT FROM fingerprint AS is_step,
        row_number() OVER in_time AS shown_no,
        lag(last_seen_at) OVER in_time AS previous_seen_at,
        last_value(last_seen_at) OVER to_the_end AS final_seen_at
    FROM shown
    WHERE fingerprint IS NOT NULL
    WINDOW
        in_time AS (PARTITION BY source_id, project_id, section ORDER BY seen_at, snapshot_id),
        to_the_end AS (
            PARTITION BY source_id, project_id, section
            ORDER BY seen_at, snapshot_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
)

SELECT
    source_id,
    project_id,
    section,
    row_number() OVER in_order AS state_no,
    snapshot_id,
    lag(snapshot_id) OVER in_order AS previous_snapshot_id,
    seen_at AS seen_from,
    lead(previous_seen_at, 1, final_seen_at) OVER in_order AS seen_until
FROM steps
WHERE is_step
WINDOW in_order AS (PARTITION BY source_id, project_id, section ORDER BY shown_no)
