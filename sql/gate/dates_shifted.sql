-- Known fresh pages on which the site moved all dates of a field by the same number of days: midnight written in another
-- time zone, or a program that counts wrongly, not an edit.
--
-- detail is that number of days.
WITH shifts AS (
    SELECT
        source_id,
        field,
        days,
        count(*) AS n
    FROM dates_moved
    GROUP BY source_id, field, days
)

SELECT
    source_id,
    field,
    coalesce(max(n) FILTER (days <> 0), 0) AS n,
    sum(n)::BIGINT AS total,
    (arg_max(days, (n, days)) FILTER (days <> 0))::VARCHAR AS detail
FROM shifts
GROUP BY source_id, field
ORDER BY source_id, field
