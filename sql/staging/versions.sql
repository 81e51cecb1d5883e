-- The distinct contents of each page in time order: a slowly changing dimension of type 2.
--
-- key: source_id, project_id, version_no
--
-- A version ends where a section that was seen whole is seen whole with another content, or where the project vanishes;
-- the same content after a gap is a new version. A section that is not whole says nothing: what was known of it is
-- carried on. All that is needed of a version is known where it starts and where the next one starts, so the observations
-- between are not kept.
WITH placed AS (
    SELECT
        observations.*,
        absences.vanished_at
    FROM staging.observations AS observations
    LEFT JOIN staging.absences AS absences
        ON
            observations.source_id = absences.source_id
            AND observations.project_id = absences.project_id
            AND observations.seen_at = absences.page_seen_at
            AND observations.snapshot_id = absences.page_snapshot_id
            AND absences.vanished_at IS NOT NULL
),

numbered AS (
    SELECT
        *,
        row_number() OVER in_time AS observation_no,
        last_value(fields_fingerprint IGNORE NULLS) OVER before AS fields_before,
        last_value(months_fingerprint IGNORE NULLS) OVER before AS months_before,
        last_value(updates_fingerprint IGNORE NULLS) OVER before AS updates_before,
        last_value(reports_fingerprint IGNORE NULLS) OVER before AS reports_before,
        lag(last_seen_at) OVER in_time AS previous_seen_at,
        lag(vanished_at) OVER in_time AS previous_vanished_at,
        coalesce(sum(n_observations) OVER before, 0)::BIGINT AS n_observations_before,
        (sum(n_observations) OVER to_the_end)::BIGINT AS n_all_observations,
        last_value(last_seen_at) OVER to_the_end AS final_seen_at,
        last_value(vanished_at) OVER to_the_end AS final_vanished_at,
        last_value(fields_fingerprint IGNORE NULLS) OVER to_the_end AS final_fields,
        last_value(months_fingerprint IGNORE NULLS) OVER to_the_end AS final_months,
        last_value(updates_fingerprint IGNORE NULLS) OVER to_the_end AS final_updates,
        last_value(reports_fingerprint IGNORE NULLS) OVER to_the_end AS final_reports
    FROM placed
    WINDOW
        in_time AS (PARTITION BY source_id, project_id ORDER BY seen_at, snapshot_id),
        before AS (
            PARTITION BY source_id, project_id
            ORDER BY seen_at, snapshot_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ),
        to_the_end AS (
            PARTITION BY source_id, project_id
            ORDER BY seen_at, snapshot_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
),

starts AS (
    SELECT *
    FROM numbered
    WHERE
        observation_no = 1
        OR coalesce(fields_fingerprint <> fields_before, false)
        OR coalesce(months_fingerprint <> months_before, false)
        OR coalesce(updates_fingerprint <> updates_before, false)
        OR coalesce(reports_fingerprint <> reports_before, false)
        OR coalesce(previous_vanished_at < seen_at, false)
)

SELECT
    source_id,
    project_id,
    row_number() OVER in_order AS version_no,
    -- As it is known at the end of the version: a section may be seen whole for the first time within it.
    struct_pack(
        fields := lead(fields_before, 1, final_fields) OVER in_order,
        months := lead(months_before, 1, final_months) OVER in_order,
        updates := lead(updates_before, 1, final_updates) OVER in_order,
        reports := lead(reports_before, 1, final_reports) OVER in_order
    ) AS content,
    snapshot_id,
    seen_at AS valid_from,
    lead(previous_seen_at, 1, final_seen_at) OVER in_order AS last_seen_at,
    lead(previous_vanished_at, 1, final_vanished_at) OVER in_order AS vanished_at,
    lead(n_observations_before, 1, n_all_observations) OVER in_order - n_observations_before AS n_observations,
    lead(seen_at) OVER in_order AS next_valid_from,
    lag(snapshot_id) OVER in_order AS previous_snapshot_id,
    previous_seen_at,
    previous_vanished_at IS NOT NULL AS is_reappearance,
    count(*) OVER (PARTITION BY source_id, project_id) AS n_versions
FROM starts
WINDOW in_order AS (PARTITION BY source_id, project_id ORDER BY observation_no)
