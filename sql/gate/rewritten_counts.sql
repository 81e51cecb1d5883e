-- Known pages with changes beyond what reporting adds, by source and whether two runs read them with this content.
--
-- detail counts the pages of each changed field.
WITH changed AS (
    SELECT
        source_id,
        project_id,
        is_read_twice
    FROM rewritten
    WHERE is_rewritten
),

known AS (
    SELECT
        source_id,
        count(*) AS total
    FROM visited
    WHERE is_known
    GROUP BY source_id
),

fields AS (
    SELECT
        changed_fields.source_id,
        changed.is_read_twice,
        changed_fields.field,
        count(*) AS n
    FROM changed_fields
    INNER JOIN changed USING (source_id, project_id)
    GROUP BY changed_fields.source_id, changed.is_read_twice, changed_fields.field
),

named AS (
    SELECT
        source_id,
        is_read_twice,
        string_agg(field || ':' || n, ' ' ORDER BY n DESC, field) AS detail
    FROM fields
    GROUP BY source_id, is_read_twice
)

SELECT
    known.source_id,
    asked.is_read_twice,
    count(changed.project_id) AS n,
    any_value(known.total) AS total,
    any_value(named.detail) AS detail
FROM known
CROSS JOIN (VALUES (false), (true)) AS asked (is_read_twice)
LEFT JOIN changed USING (source_id, is_read_twice)
LEFT JOIN named USING (source_id, is_read_twice)
GROUP BY known.source_id, asked.is_read_twice
