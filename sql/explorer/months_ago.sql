-- Money and progress by agency at the end of each month since the first observation, for the last three years at most, and
-- as last observed; vanished projects are left out, as in budget_by_agency_year.
WITH bounds AS (
    SELECT
        bangkok_day(min(first_seen_at)) AS first_day,
        bangkok_day(max(last_seen_at)) AS last_day
    FROM projects
),

days AS (
    SELECT unnest(
        list_distinct(
            list_append(
                list_transform(
                    range(date_trunc('month', first_day), date_trunc('month', last_day), INTERVAL 1 MONTH),
                    lambda month: (month + INTERVAL 1 MONTH - INTERVAL 1 DAY)::DATE
                )[-36:],
                last_day
            )
        )
    ) AS day
    FROM bounds
    WHERE last_day IS NOT NULL
)

SELECT
    days.day - DATE '1970-01-01' AS day,
    history.agency_code,
    count(*) AS n_projects,
    count(history.progress_pct) AS n_progress,
    sum(history.progress_pct)::DOUBLE AS progress,
    (100 * coalesce(sum(history.budget_received_thb) FILTER (WHERE history.budget_spent_thb IS NOT NULL), 0))::DOUBLE AS received,
    (100 * coalesce(sum(history.budget_spent_thb) FILTER (WHERE history.budget_received_thb IS NOT NULL), 0))::DOUBLE AS spent
FROM days
INNER JOIN project_history AS history
    ON bangkok_day(history.valid_from) <= days.day AND coalesce(bangkok_day(history.valid_to) > days.day, true)
INNER JOIN places USING (source_id, project_id)
GROUP BY days.day, history.agency_code
ORDER BY days.day, history.agency_code
