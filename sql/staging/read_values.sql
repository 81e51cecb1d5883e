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
                {'field': 'budget_received_thb', 'raw': budget_received_thb_raw, 'value': budget_received_thb, 'day': NULL},
                {'field': 'budget_spent_thb', 'raw': budget_spent_thb_raw, 'value': budget_spent_thb, 'day': NULL},
                {'field': 'progress_pct', 'raw': progress_pct_raw, 'value': progress_pct, 'day': NULL},
                {'field': 'weight', 'raw': weight_raw, 'value': weight, 'day': NULL},
                {'field': 'target_value', 'raw': target_raw, 'value': target_value, 'day': NULL},
                {'field': 'result_value', 'raw': result_raw, 'value': result_value, 'day': NULL},
                {'field': 'progress_pct', 'raw': headline_progress_pct_raw, 'value': headline_progress_pct, 'day': NULL},
                {'field': 'start_date', 'raw': start_date_raw, 'value': NULL, 'day': start_date},
                {'field': 'finish_date', 'raw': finish_date_raw, 'value': NULL, 'day': finish_date}
            ],
            recursive := true
        )
    FROM parsed.pages
    SEMI JOIN sides USING (snapshot_id)
    UNION ALL BY NAME
    SELECT
        snapshot_id,
        'targets.result_value' AS field,
        raw,
        value
    FROM parsed.month_rows
    SEMI JOIN sides USING (snapshot_id)
    UNION ALL BY NAME
    SELECT
        snapshot_id,
        unnest(
            [
                {'field': 'progress_history.progress_pct', 'raw': progress_pct_raw, 'value': progress_pct, 'day': NULL},
                {'field': 'progress_history.reported_on', 'raw': reported_on_raw, 'value': NULL, 'day': reported_on}
            ],
            recursive := true
        )
    FROM parsed.progress_rows
    SEMI JOIN sides USING (snapshot_id)
    UNION ALL BY NAME
    SELECT
        snapshot_id,
        unnest(
            [
                {'field': 'update_history.updated_on', 'raw': updated_on_raw, 'day': updated_on},
                {'field': 'update_history.start_date', 'raw': start_date_raw, 'day': start_date},
                {'field': 'update_history.finish_date', 'raw': finish_date_raw, 'day': finish_date}
            ],
            recursive := true
        )
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
