-- Known projects asked for whose page says other things than in the published release, and what of it reporting adds.
--
-- Reports and rows that are added, results that are filled in, numbers of progress that rise and the words beside them
-- are what the site is for. is_rewritten says that something else changed, n_lost how many values went, is_read_twice
-- that the page said the same in another run, half a day later at least. What an import shows otherwise is no night of
-- the site: people import the captures that changed.
WITH changed AS (
    SELECT
        source_id,
        project_id,
        bool_or(
            is_lost
            OR CASE
                WHEN without_unit(field) IN ('progress', 'budget_spent', 'result') OR field = 'month_value'
                    THEN try_cast(new AS DOUBLE) < try_cast(old AS DOUBLE)
                ELSE section = 'field' AND field <> 'progress_note'
            END
        ) AS is_rewritten,
        count(*) FILTER (is_lost AND field <> 'month_value') AS n_lost
    FROM cells
    WHERE whose = 'site' AND old IS DISTINCT FROM new
    GROUP BY source_id, project_id
),

rows_changed AS (
    SELECT DISTINCT
        source_id,
        project_id
    FROM edited
    WHERE field IN ('progress_history', 'update_history') AND change_type <> 'added'
),

present AS (
    SELECT
        source_id,
        project_id,
        arg_max(last_seen_at >= valid_from + INTERVAL 12 HOUR, version_no) AS is_read_twice
    FROM candidate.project_versions
    GROUP BY source_id, project_id
)

SELECT
    visited.source_id,
    visited.project_id,
    coalesce(changed.is_rewritten, false) OR rows_changed.project_id IS NOT NULL AS is_rewritten,
    coalesce(changed.n_lost, 0) AS n_lost,
    present.is_read_twice
FROM visited
INNER JOIN fresh ON visited.source_id = fresh.source_id AND visited.project_id = fresh.project_id
INNER JOIN present ON visited.source_id = present.source_id AND visited.project_id = present.project_id
LEFT JOIN changed ON visited.source_id = changed.source_id AND visited.project_id = changed.project_id
LEFT JOIN rows_changed ON visited.source_id = rows_changed.source_id AND visited.project_id = rows_changed.project_id
WHERE visited.is_known
