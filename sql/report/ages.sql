-- Listed projects by the days between when each was last seen and the newest observation.
WITH ages AS (
    SELECT
        date_diff(
            'day',
            make_timestamp(epoch_us(last_seen_at)),
            make_timestamp(epoch_us(max(last_seen_at) OVER ()))
        ) AS days
    FROM candidate.projects
    WHERE status = 'listed'
),

grouped AS (
    SELECT
        CASE
            WHEN days < 1 THEN '0'
            WHEN days <= 7 THEN '1-7'
            WHEN days <= 30 THEN '8-30'
            WHEN days <= 90 THEN '31-90'
            ELSE '90+'
        END AS days
    FROM ages
)

SELECT
    days,
    count(*) AS n_projects
FROM grouped
GROUP BY days
ORDER BY list_position(['0', '1-7', '8-30', '31-90', '90+'], days)
