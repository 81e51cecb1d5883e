-- Fields of known pages that the site changed beyond what reporting adds, page by page.
--
-- New reports and rows, results that are filled in, numbers of progress that rise and the words beside them are the
-- purpose of the site. A field that the settings call volatile differs at every reading.
WITH changed AS (
    SELECT
        source_id,
        project_id,
        field
    FROM cells
    WHERE
        whose = 'site'
        AND old IS DISTINCT FROM new
        AND (
            is_lost
            OR CASE
                WHEN without_unit(field) IN ('progress', 'budget_spent', 'result') OR field = 'month_value'
                    THEN try_cast(new AS DOUBLE) < try_cast(old AS DOUBLE)
                ELSE section = 'field' AND field <> 'progress_note'
            END
        )
    UNION
    SELECT
        source_id,
        project_id,
        field
    FROM edited
    WHERE field IN ('progress_history', 'update_history') AND change_type <> 'added'
)

SELECT
    source_id,
    project_id,
    field
FROM changed
WHERE NOT list_contains(getvariable('volatile_fields'), field)
