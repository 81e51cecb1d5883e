-- The number or day that was read from each text, for every page that is one of the two sides of a change.
--
-- key: snapshot_id, field, raw
--
-- A cell is found by its text, since one text has one value in all rows of a label. Where the parser read the same text
-- of a page in two ways, the value is null.
WITH sides AS (
    SELECT DISTINCT snapshot_id
    FROM (
        SELECT unnest([snapshot_id, previous_snapshot_id]) AS snapshot_id
        FROM staging.changed_cells
    )
),

readings AS (
    SELECT
        snapshot_id,
        unnest(
            [
                'budget_received_thb',
                'budget_spent_thb',
                'progress_pct',
                'weight',
                'target_value',
                'result_value',
                'progress_pct',
                'start_date',
                'finish_date'
            ]
        ) AS field,
        unnest(
            [
                budget_received_thb_raw,
                budget_spent_thb_raw,
                progress_pct_raw,
                weight_raw,
                target_raw,
                result_raw,
                headline_progress_pct_raw,
                start_date_raw,
                finish_date_raw
            ]
        ) AS raw,
        unnest(
            [
                budget_received_thb::DECIMAL(24, 6),
                budget_spent_thb::DECIMAL(24, 6),
                progress_pct::DECIMAL(24, 6),
                weight::DECIMAL(24, 6),
                target_value::DECIMAL(24, 6),
                result_value::DECIMAL(24, 6),
                headline_progress_pct,
                NULL,
                NULL
            ]
        ) AS value,
        unnest([NULL, NULL, NULL, NULL, NULL, NULL, NULL, start_date, finish_date]) AS day
    FROM parsed.pages
    SEMI JOIN sides USING (snapshot_id)
    UNION ALL
    SELECT
        snapshot_id,
        'targets.result_value',
        raw,
        value,
        NULL
    FROM parsed.month_rows
    SEMI JOIN sides USING (snapshot_id)
    UNION ALL
    SELECT
        snapshot_id,
        unnest(['progress_history.progress_pct', 'progress_history.reported_on']),
        unnest([progress_pct_raw, reported_on_raw]),
        unnest([progress_pct, NULL]),
        unnest([NULL, reported_on])
    FROM parsed.progress_rows
    SEMI JOIN sides USING (snapshot_id)
    UNION ALL
    SELECT
        snapshot_id,
        unnest(['update_history.updated_on', 'update_history.start_date', 'update_history.finish_date']),
        unnest([updated_on_raw, start_date_raw, finish_date_raw]),
        NULL,
        unnest([updated_on, start_date, finish_date])
    FROM parsed.update_rows
    SEMI JOIN sides USING (snapshot_id)
)

SELECT
    snapshot_id,
    field,
    raw,
    CASE WHEN count(value) = count(*) AND min(value) = max(value) THEN min(value) END AS value,
    CASE WHEN count(day) = count(*) AND min(day) = max(day) THEN min(day) END AS day
FROM readings
WHERE raw IS NOT NULL
GROUP BY snapshot_id, field, raw
