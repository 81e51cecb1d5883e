-- How many values of each field are others than in the published release, of those it has, and whose change that is.
SELECT
    cells.source_id,
    cells.field,
    cells.whose,
    coalesce(any_value(had.n), 0) AS n_had,
    count(*) FILTER (cells.is_lost) AS n_lost,
    count(*) FILTER (cells.old IS NULL) AS n_read,
    count(*) FILTER (cells.old <> cells.new AND NOT cells.is_lost) AS n_changed
FROM cells
LEFT JOIN had ON cells.source_id = had.source_id AND cells.field = had.field
GROUP BY cells.source_id, cells.field, cells.whose
