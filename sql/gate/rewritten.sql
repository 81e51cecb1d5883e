-- Known projects that were requested and whose page differs from the published release, by reporting or beyond it.
--
-- is_rewritten: something changed beyond what reporting adds. n_lost: the number of values that disappeared. is_read_twice:
-- another run, at least half a day later, read the same changes beyond reporting. Differences in an import do not count as
-- a night of the site: people import the captures that changed.
WITH lost AS (
    SELECT
        source_id,
        project_id,
        count(*) AS n_lost
    FROM cells
    WHERE whose = 'site' AND is_lost AND field <> 'month_value'
    GROUP BY source_id, project_id
),

changed AS (
    SELECT
        changed_fields.source_id,
        changed_fields.project_id,
        max(edited.observed_at) AS changed_at
    FROM changed_fields
    LEFT JOIN edited
        ON
            changed_fields.source_id = edited.source_id
            AND changed_fields.project_id = edited.project_id
            AND without_unit(changed_fields.field) = edited.field
            AND (edited.field NOT IN ('progress_history', 'update_history') OR edited.change_type <> 'added')
    GROUP BY changed_fields.source_id, changed_fields.project_id
),

present AS (
    SELECT
        source_id,
        project_id,
        max(valid_from) AS valid_from,
        max(last_seen_at) FILTER (fields_state IN ('present', 'empty')) AS last_seen_at
    FROM candidate.project_versions
    GROUP BY source_id, project_id
)

SELECT
    visited.source_id,
    visited.project_id,
    changed.project_id IS NOT NULL AS is_rewritten,
    coalesce(lost.n_lost, 0) AS n_lost,
    coalesce(present.last_seen_at >= coalesce(changed.changed_at, present.valid_from) + INTERVAL 12 HOUR, false)
    AS is_read_twice
FROM visited
INNER JOIN fresh USING (source_id, project_id)
INNER JOIN present USING (source_id, project_id)
LEFT JOIN changed USING (source_id, project_id)
LEFT JOIN lost USING (source_id, project_id)
WHERE visited.is_known
