-- What the site edited on fresh pages since the published release saw them.
--
-- The same reader read the cells of both captures, so each row is a change by the site alone. field is the
-- column of projects without its unit, or the table; month_no is null outside the month rows; observed_at is when we saw
-- the last such edit.
SELECT
    changes.source_id,
    changes.project_id,
    CASE changes.section
        WHEN 'month' THEN 'month'
        WHEN 'progress' THEN 'progress_history'
        WHEN 'update' THEN 'update_history'
        ELSE without_unit(changes.field)
    END AS field,
    changes.label,
    changes.change_type,
    CASE WHEN changes.section = 'month' THEN try_cast(regexp_extract(changes.label, '[0-9]+') AS INTEGER) END AS month_no,
    max(changes.observed_at) AS observed_at
FROM candidate.project_changes AS changes
SEMI JOIN fresh USING (source_id, project_id)
INNER JOIN published.projects AS known USING (source_id, project_id)
WHERE changes.observed_at > known.last_seen_at
GROUP BY ALL
