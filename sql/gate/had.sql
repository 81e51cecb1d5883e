-- How many values of each field the published release has.
SELECT
    source_id,
    field,
    n
FROM filled('FROM published.projects', 'field')
WHERE field <> 'row'
UNION ALL BY NAME
SELECT
    source_id,
    concat_ws('.', 'progress_history', nullif(field, 'row')) AS field,
    n
FROM filled('FROM published.progress_history WHERE is_current', 'progress_history')
UNION ALL BY NAME
SELECT
    source_id,
    concat_ws('.', 'update_history', nullif(field, 'row')) AS field,
    n
FROM filled('FROM published.update_history', 'update_history')
UNION ALL BY NAME
SELECT
    source_id,
    unnest(['month', 'month_value']) AS field,
    unnest([count(nullif(result_raw, '')), count(result_value)]) AS n
FROM published.targets
GROUP BY source_id
