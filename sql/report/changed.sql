-- Projects whose page has other content than in the published release: which labels were edited and, for the pages that
-- are listed first, the old and the new values.
WITH edits AS (
    SELECT changes.*
    FROM candidate.project_changes AS changes
    INNER JOIN candidate.project_versions AS versions USING (source_id, project_id, version_no)
    INNER JOIN published.projects AS old USING (source_id, project_id)
    WHERE versions.valid_from > old.last_seen_at
),

counted AS (
    SELECT
        source_id,
        project_id,
        count(*) AS n_changes,
        string_agg(DISTINCT label, ', ' ORDER BY label) AS labels
    FROM edits
    GROUP BY source_id, project_id
),

pages AS (
    SELECT
        candidate.source_id,
        candidate.project_id,
        candidate.name,
        candidate.url,
        coalesce(counted.n_changes, 0) AS n_changes,
        coalesce(counted.labels, '') AS labels,
        row_number() OVER (
            ORDER BY coalesce(counted.n_changes, 0) DESC, candidate.source_id, candidate.project_id
        ) AS place
    FROM candidate.projects AS candidate
    INNER JOIN published.projects AS old USING (source_id, project_id)
    SEMI JOIN fresh USING (source_id, project_id)
    LEFT JOIN counted USING (source_id, project_id)
),

-- Numbers and dates come first; the page shows eight at most.
shown AS (
    SELECT
        edits.source_id,
        edits.project_id,
        list(
            struct_pack(
                label := edits.label,
                row_label := edits.row_label,
                old := left(edits.old, 200),
                new := left(edits.new, 200)
            )
            ORDER BY
                coalesce(edits.old_value, edits.new_value) IS NULL
                AND coalesce(edits.old_date, edits.new_date) IS NULL,
                edits.section,
                edits.version_no,
                edits.change_no
        )[:8] AS edits
    FROM edits
    INNER JOIN pages USING (source_id, project_id)
    WHERE pages.place <= 200
    GROUP BY edits.source_id, edits.project_id
)

SELECT
    pages.source_id,
    pages.project_id,
    pages.name,
    pages.url,
    pages.n_changes,
    pages.labels,
    coalesce(shown.edits, []) AS edits
FROM pages
LEFT JOIN shown USING (source_id, project_id)
ORDER BY pages.place
