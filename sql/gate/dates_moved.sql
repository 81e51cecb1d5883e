-- By how many days the site moved the dates of known fresh pages, field by field: 0 where most stayed, null where the rows
-- of a table moved by various numbers of days.
--
-- Rows of a table are matched by their content without days and times, at any position and beside any new rows; rows with
-- the same content are matched in the order of their days, because new ones come last. They count as unmoved if most of
-- their days are still present, as in a log that drops its oldest rows. People extend a project, so its start or its finish
-- may move alone, except by the one day of another time zone; both together do not move.
WITH days AS (
    SELECT
        reports.is_new,
        reports.source_id,
        reports.project_id,
        'progress_history.reported_on' AS field,
        hash(
            reports.progress_pct,
            coalesce(reports.status_code, ''),
            coalesce(reports.problem, ''),
            coalesce(reports.detail, '')
        ) AS says,
        reports.reported_on AS day
    FROM in_both('progress_history') AS reports
    SEMI JOIN fresh USING (source_id, project_id)
    WHERE reports.is_current
    UNION ALL
    SELECT
        updates.is_new,
        updates.source_id,
        updates.project_id,
        unnest(['update_history.updated_on', 'update_history.start_date', 'update_history.finish_date']) AS field,
        hash(
            coalesce(updates.action, ''),
            coalesce(updates.policy_conformity, ''),
            coalesce(updates.target, ''),
            coalesce(updates.result, ''),
            coalesce(updates.unit, '')
        ) AS says,
        unnest([updates.updated_on, updates.start_date, updates.finish_date]) AS day
    FROM in_both('update_history') AS updates
    SEMI JOIN fresh USING (source_id, project_id)
),

rows_alike AS (
    SELECT
        source_id,
        project_id,
        field,
        says,
        list(day ORDER BY day) FILTER (NOT is_new) AS old,
        list(day ORDER BY day) FILTER (is_new) AS new
    FROM days
    WHERE day IS NOT NULL
    GROUP BY source_id, project_id, field, says
    HAVING old IS NOT NULL AND new IS NOT NULL
),

rows_moved AS (
    SELECT
        source_id,
        project_id,
        field,
        unnest(
            CASE
                WHEN 2 * len(list_filter(old, lambda day: NOT list_contains(new, day))) < len(old) THEN [0]
                ELSE list_transform(list_zip(old, new, true), lambda pair: pair[2] - pair[1])
            END
        ) AS days
    FROM rows_alike
),

projects AS (
    SELECT
        old.source_id,
        old.project_id,
        new.start_date - old.start_date AS start_days,
        new.finish_date - old.finish_date AS finish_days
    FROM published.projects AS old
    INNER JOIN candidate.projects AS new USING (source_id, project_id)
),

moved AS (
    SELECT
        source_id,
        project_id,
        field,
        CASE
            WHEN 2 * count(*) FILTER (days = 0) > count(*) THEN 0
            WHEN min(days) = max(days) THEN min(days)
        END AS days
    FROM rows_moved
    GROUP BY source_id, project_id, field
    UNION ALL
    SELECT
        source_id,
        project_id,
        'start_date' AS field,
        CASE WHEN start_days IN (-1, 0, 1, finish_days) THEN start_days END AS days
    FROM projects
    WHERE start_days IS NOT NULL
    UNION ALL
    SELECT
        source_id,
        project_id,
        'finish_date' AS field,
        CASE WHEN finish_days IN (-1, 0, 1, start_days) THEN finish_days END AS days
    FROM projects
    WHERE finish_days IS NOT NULL
)

SELECT
    moved.source_id,
    moved.project_id,
    moved.field,
    CASE WHEN edits.project_id IS NULL THEN 0 ELSE moved.days END AS days
FROM moved
SEMI JOIN fresh USING (source_id, project_id)
LEFT JOIN (SELECT DISTINCT source_id, project_id, field FROM edited) AS edits
    ON
        moved.source_id = edits.source_id
        AND moved.project_id = edits.project_id
        AND split_part(moved.field, '.', 1) = edits.field
