-- Smallest and largest value of each typed field: the columns of projects that end in a unit, the dates and the weight.
WITH typed AS (
    SELECT
        min(COLUMNS('^(.+_(?:thb|pct|be|value|date)|weight)$'))::VARCHAR AS '\1_min',
        max(COLUMNS('^(.+_(?:thb|pct|be|value|date)|weight)$'))::VARCHAR AS '\1_max'
    FROM candidate.projects
),

months AS (
    SELECT
        min(value)::VARCHAR AS "targets.result_value_min",
        max(value)::VARCHAR AS "targets.result_value_max"
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
