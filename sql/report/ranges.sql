-- Smallest and largest value of each typed field.
WITH typed AS (
    SELECT
        min(fiscal_year_be)::VARCHAR AS fiscal_year_min,
        max(fiscal_year_be)::VARCHAR AS fiscal_year_max,
        min(budget_received_thb)::VARCHAR AS budget_received_min,
        max(budget_received_thb)::VARCHAR AS budget_received_max,
        min(budget_spent_thb)::VARCHAR AS budget_spent_min,
        max(budget_spent_thb)::VARCHAR AS budget_spent_max,
        min(progress_pct)::VARCHAR AS progress_min,
        max(progress_pct)::VARCHAR AS progress_max,
        min(start_date)::VARCHAR AS start_date_min,
        max(start_date)::VARCHAR AS start_date_max,
        min(finish_date)::VARCHAR AS finish_date_min,
        max(finish_date)::VARCHAR AS finish_date_max,
        min(weight)::VARCHAR AS weight_min,
        max(weight)::VARCHAR AS weight_max,
        min(target_value)::VARCHAR AS target_min,
        max(target_value)::VARCHAR AS target_max,
        min(result_value)::VARCHAR AS result_min,
        max(result_value)::VARCHAR AS result_max
    FROM candidate.projects
),

months AS (
    SELECT
        min(value)::VARCHAR AS month_min,
        max(value)::VARCHAR AS month_max
    FROM candidate.target_rows
),

ends AS (
    UNPIVOT (SELECT * FROM typed, months) ON COLUMNS(*) INTO NAME name VALUE bound
)

SELECT
    regexp_replace(name, '_(min|max)$', '') AS field,
    max(bound) FILTER (ends_with(name, '_min')) AS lowest,
    max(bound) FILTER (ends_with(name, '_max')) AS highest
FROM ends
GROUP BY ALL
ORDER BY field
