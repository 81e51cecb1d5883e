-- Known pages with changes beyond what reporting adds, and with the same content in two runs.
--
-- detail counts the pages of each changed field.
WITH changed AS (
    SELECT
        source_id,
        project_id
    FROM rewritten
    WHERE is_rewritten AND is_read_twice
),

fields AS (
    SELECT
        changed_fields.source_id,
        changed_fields.field,
        count(*) AS n
    FROM changed_fields
    SEMI JOIN changed
        ON changed_fields.source_id = changed.source_id AND changed_fields.project_id = changed.project_id
    GROUP BY changed_fields.source_id, changed_fields.field
),

named AS (
    SELECT
        source_id,
        string_agg(field || ':' || n, ' ' ORDER BY n DESC, field) AS detail
    FROM fields
    GROUP BY source_id
)

SELECT
    visited.source_id,
    NULL AS field,
    count(changed.project_id) AS n,
    count(*) AS total,
    any_value(named.detail) AS detail
FROM visited
LEFT JOIN changed ON visited.source_id = changed.source_id AND visited.project_id = changed.project_id
LEFT JOIN named ON visited.source_id = named.source_id
WHERE visited.is_known
GROUP BY visited.source_id
ORDER BY visited.source_id
