-- The month rows of the newest pages as printed, including the extra rows that the site mislabels.
SELECT
    places.place,
    months.month_no AS month,
    months.role = 'extra' AS extra,
    left(months.raw, 40) AS raw
FROM places
INNER JOIN target_rows AS months ON places.source_id = months.source_id AND places.project_id = months.project_id
ORDER BY places.place, months.ordinal
