-- The agencies: every known one, and every code seen on a page.
--
-- key: agency_code
-- warning: an agency_listed whose name_source is `inferred` or `eliminated` was concluded, not read; do not cite it as certain.
-- warning: names change and are written in many ways; join and sum by agency_code alone.
-- warning: an agency may have an older and a newer code (04010000 and 04210000, 04020000 and 04190000, 04060000 and 04170000, 18000000 and 25000000); both have its name and their own projects.
-- columns:
--   agency_code: first eight digits of a project code | label รหัสโครงการ
--   agency: name most of its newest pages print | label หน่วยงาน | null where no page prints one
--   agency_listed: name of the agency that has the code | null for a code that is not in the list
--   name_source: how well agency_listed is known: `printed on a page`, `list of the city`, or concluded: `inferred`, `eliminated` | null for a code that is not in the list
--   other_names: other names of it, former ones among them; with their years in brackets where a source states them; no source does so far
--   parent_code: agency it is a part of | null where it is not part of one, or where this is not known
--   name_en: the English name that this project uses: the usual romanisation of a district, the city's usual English name of a bureau; it does not come from a page or a list of the city | null where there is no usual name
--   dopa_code: code of the district at the Department of Provincial Administration, as other data has it | null where it is not a district
--   kind: district, bureau, office of the permanent secretary or other | null for a code that is not in the list
--   n_names_on_pages: how many different names its newest pages print | unit names
--   n_projects: its projects over all sources, one on two sources counted once | unit projects
--   n_vanished: those of them that vanished from every source | unit projects
WITH printed AS (
    SELECT
        agency_code,
        agency,
        count(*) AS n_pages
    FROM staging.current_pages
    WHERE agency_code IS NOT NULL
    GROUP BY agency_code, agency
),

named AS (
    SELECT
        agency_code,
        arg_max(agency, (n_pages, agency)) FILTER (WHERE agency IS NOT NULL) AS agency,
        count(agency) AS n_names_on_pages
    FROM printed
    GROUP BY agency_code
),

projects AS (
    SELECT
        agency_code,
        project_id,
        bool_and(vanished_at IS NOT NULL) AS is_vanished
    FROM staging.current_pages
    WHERE agency_code IS NOT NULL
    GROUP BY agency_code, project_id
),

counted AS (
    SELECT
        agency_code,
        count(*) AS n_projects,
        count(*) FILTER (is_vanished) AS n_vanished
    FROM projects
    GROUP BY agency_code
),

seen AS (
    SELECT
        named.agency_code,
        named.agency,
        named.n_names_on_pages,
        counted.n_projects,
        counted.n_vanished
    FROM named
    INNER JOIN counted USING (agency_code)
)

SELECT
    coalesce(known.agency_code, seen.agency_code) AS agency_code,
    masked_text(seen.agency) AS agency,
    known.agency_listed,
    known.name_source,
    coalesce(known.other_names, []) AS other_names,
    known.parent_code,
    known.name_en,
    known.dopa_code,
    known.kind,
    coalesce(seen.n_names_on_pages, 0) AS n_names_on_pages,
    coalesce(seen.n_projects, 0) AS n_projects,
    coalesce(seen.n_vanished, 0) AS n_vanished
FROM input.agencies AS known
FULL JOIN seen USING (agency_code)
