-- The month rows of the newest pages as printed, including the extra rows that the site mislabels.
SELECT
    places.place,
    months.month_no AS month,
    months.role = 'extra' AS extra,
    left(months.raw, 40) AS raw
FROM places
INNER JOIN target_rows AS months USING (source_id, project_id)
ORDER BY places.place, months.ordinal
