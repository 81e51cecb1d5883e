-- How many values of each field the published release has.
SELECT
    source_id,
    field,
    n
FROM (
    UNPIVOT (
        SELECT
            source_id,
            count(nullif(COLUMNS(lambda name: list_contains(getvariable('columns_of')['field'], name))::VARCHAR, ''))
        FROM published.projects
        GROUP BY source_id
    )
    ON COLUMNS(* EXCLUDE (source_id))
    INTO NAME field VALUE n
)
UNION ALL BY NAME
SELECT
    source_id,
    CASE WHEN name = 'row' THEN 'progress_history' ELSE 'progress_history.' || name END AS field,
    n
FROM (
    UNPIVOT (
        SELECT
            source_id,
            count(*) AS "row",
            count(
                nullif(
                    COLUMNS(lambda name: list_contains(getvariable('columns_of')['progress_history'], name))::VARCHAR, ''
                )
            )
        FROM published.progress_history
        WHERE is_current
        GROUP BY source_id
    )
    ON COLUMNS(* EXCLUDE (source_id))
    INTO NAME name VALUE n
)
UNION ALL BY NAME
SELECT
    source_id,
    CASE WHEN name = 'row' THEN 'update_history' ELSE 'update_history.' || name END AS field,
    n
FROM (
    UNPIVOT (
        SELECT
            source_id,
            count(*) AS "row",
            count(
                nullif(COLUMNS(lambda name: list_contains(getvariable('columns_of')['update_history'], name))::VARCHAR, '')
            )
        FROM published.update_history
        GROUP BY source_id
    )
    ON COLUMNS(* EXCLUDE (source_id))
    INTO NAME name VALUE n
)
UNION ALL BY NAME
SELECT
    source_id,
    unnest(['month', 'month_value']) AS field,
    unnest([count(nullif(result_raw, '')), count(result_value)]) AS n
FROM published.targets
GROUP BY source_id
