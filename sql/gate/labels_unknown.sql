-- Rows of fresh pages with an unknown label: on a page in the published release, the rows that the site edited.
WITH labels AS (
    SELECT
        fields.source_id,
        fields.label,
        count(*) AS n_rows,
        count(*) FILTER (
            fields.field IS NULL
            AND (
                NOT fresh.is_known
                OR (fields.source_id, fields.project_id, fields.label) IN (SELECT (source_id, project_id, label) FROM edited)
            )
        ) AS n_unknown
    FROM candidate.page_fields AS fields
    INNER JOIN fresh USING (source_id, project_id)
    GROUP BY fields.source_id, fields.label
)

SELECT
    source_id,
    sum(n_unknown)::BIGINT AS n,
    sum(n_rows)::BIGINT AS total,
    string_agg(label, ', ' ORDER BY n_unknown DESC, label) FILTER (n_unknown > 0) AS detail
FROM labels
GROUP BY source_id
ORDER BY source_id
