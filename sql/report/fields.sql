-- What the pages say in each field, over all agencies (agency_code null) and for each of them.
--
-- Given, empty, "not set" and a label that is not there are four different statements, so they are counted apart.
WITH agency_of AS (
    SELECT
        source_id,
        project_id,
        coalesce(agency_code, '') AS agency_code
    FROM candidate.projects
),

pages AS (
    SELECT
        agency_code,
        count(*) AS n_pages
    FROM agency_of
    GROUP BY GROUPING SETS ((), (agency_code))
),

unreadable AS (
    SELECT
        agency_of.agency_code,
        issues.field,
        count(*) AS n_unreadable
    FROM candidate.quality_issues AS issues
    INNER JOIN agency_of USING (source_id, project_id)
    WHERE list_contains(getvariable('unreadable_codes'), issues.code) AND issues.field IS NOT NULL AND issues.label IS NOT NULL
    GROUP BY GROUPING SETS ((issues.field), (agency_of.agency_code, issues.field))
),

-- Long texts by their digest: the texts of all pages would take half a gigabyte at 20,000 projects.
rows_said AS (
    SELECT * REPLACE (shortened(raw) AS raw)
    FROM candidate.page_fields
    WHERE field IS NOT NULL
),

stated AS (
    SELECT
        agency_of.agency_code,
        rows_read.field,
        count(*) FILTER (rows_read.raw <> '') AS n_given,
        count(*) FILTER (rows_read.raw = '') AS n_empty,
        count(*) FILTER (rows_read.raw IS NULL) AS n_not_set,
        count(DISTINCT (rows_read.source_id, rows_read.project_id)) AS n_pages_with,
        count(DISTINCT rows_read.raw) FILTER (rows_read.raw <> '') AS n_distinct
    FROM rows_said AS rows_read
    INNER JOIN agency_of USING (source_id, project_id)
    GROUP BY GROUPING SETS ((rows_read.field), (agency_of.agency_code, rows_read.field))
)

SELECT
    stated.field,
    stated.agency_code,
    stated.n_given,
    stated.n_empty,
    stated.n_not_set,
    pages.n_pages - stated.n_pages_with AS n_absent,
    coalesce(unreadable.n_unreadable, 0) AS n_unreadable,
    stated.n_distinct
FROM stated
INNER JOIN pages ON stated.agency_code IS NOT DISTINCT FROM pages.agency_code
LEFT JOIN unreadable
    ON stated.field = unreadable.field AND stated.agency_code IS NOT DISTINCT FROM unreadable.agency_code
ORDER BY stated.agency_code NULLS FIRST, stated.field
