-- Requested pages that no longer show a section whole that the published release had whole: reports, edit log, months.
--
-- Such a page removes nothing from the tables, so no other rule sees it: the old rows would stay permanently.
WITH shown AS (
    SELECT
        visited.source_id,
        visited.project_id,
        unnest([
            CASE WHEN known.reports_state IN ('present', 'empty') THEN 'progress_history' END,
            CASE WHEN known.updates_state IN ('present', 'empty') THEN 'update_history' END,
            CASE WHEN known.months_state = 'present' THEN 'month' END
        ]) AS field
    FROM visited
    INNER JOIN published.projects AS known USING (source_id, project_id)
    WHERE visited.outcome IN ('new', 'changed', 'unchanged')
),

unseen AS (
    SELECT DISTINCT
        source_id,
        project_id,
        CASE WHEN field = 'targets.result_value' THEN 'month' ELSE split_part(field, '.', 1) END AS field,
        code
    FROM candidate.quality_issues
    WHERE
        code IN ('missing_table', 'duplicate_table', 'missing_column', 'malformed_table_row', 'incomplete_table')
        OR (code = 'missing_label' AND field = 'targets.result_value' AND raw = '1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12')
)

SELECT
    shown.source_id,
    shown.field,
    count(DISTINCT unseen.project_id) AS n,
    count(DISTINCT shown.project_id) AS total,
    string_agg(DISTINCT unseen.code, ', ' ORDER BY unseen.code) AS detail
FROM shown
LEFT JOIN unseen USING (source_id, project_id, field)
WHERE shown.field IS NOT NULL
GROUP BY shown.source_id, shown.field
ORDER BY shown.source_id, shown.field
