-- How many values of each field differ from the published release, of the values it has, and the cause of the change.
SELECT
    cells.source_id,
    cells.field,
    cells.whose,
    coalesce(any_value(had.n), 0) AS n_had,
    count(*) FILTER (cells.is_lost) AS n_lost,
    count(*) FILTER (cells.old IS NULL) AS n_read,
    count(*) FILTER (cells.old <> cells.new AND NOT cells.is_lost) AS n_changed
FROM cells
LEFT JOIN had USING (source_id, field)
GROUP BY cells.source_id, cells.field, cells.whose
