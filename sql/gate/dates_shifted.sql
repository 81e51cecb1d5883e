-- Dates that the site moved by one day, of those on fresh pages, field by field: midnight told in another zone, no edit.
--
-- Rows of a table are compared by their number, and only where no row came or went.
WITH tables AS (
    SELECT
        source_id,
        project_id,
        section,
        bool_and(old IS NOT NULL AND new IS NOT NULL) AS has_same_rows
    FROM cells
    WHERE field = section
    GROUP BY source_id, project_id, section
),

dates AS (
    SELECT
        cells.source_id,
        cells.project_id,
        cells.field,
        cells.whose = 'site' AND abs(try_cast(cells.new AS DATE) - try_cast(cells.old AS DATE)) = 1 AS is_shifted
    FROM cells
    LEFT JOIN tables
        ON
            cells.source_id = tables.source_id
            AND cells.project_id = tables.project_id
            AND cells.section = tables.section
    WHERE
        cells.is_fresh
        AND cells.old IS NOT NULL
        AND cells.new IS NOT NULL
        AND regexp_matches(cells.field, '_(date|on)$')
        AND coalesce(tables.has_same_rows, true)
)

SELECT
    source_id,
    field,
    count(*) FILTER (is_shifted) AS n,
    count(*) AS total,
    (count(DISTINCT project_id) FILTER (is_shifted))::VARCHAR AS detail
FROM dates
GROUP BY source_id, field
ORDER BY source_id, field
