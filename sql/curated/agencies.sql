-- The agencies: every known one, and every code seen on a page.
--
-- key: agency_code
-- warning: a name whose name_source is `inferred` or `eliminated` was concluded, not read; do not cite it as certain.
-- columns:
--   agency_code: first eight digits of a project code | label รหัสโครงการ
--   agency: name of the agency | label หน่วยงาน | null where no source names it
--   kind: district, bureau or office of the permanent secretary | null for a code that is not in the list
--   name_source: how well the name is known: `printed on a page`, `other source`, `inferred`, `eliminated`, `none` | null for a code that is not in the list
--   agency_on_pages: name most of its newest pages print | label หน่วยงาน | null where no page prints one
--   n_names_on_pages: how many different names its newest pages print | unit names
--   n_projects: its projects over all sources | unit projects
--   n_vanished: those of them that vanished | unit projects
WITH printed AS (
    SELECT
        agency_code,
        agency,
        count(*) AS n_projects,
        count(vanished_at) AS n_vanished
    FROM staging.current_pages
    WHERE agency_code IS NOT NULL
    GROUP BY agency_code, agency
),

seen AS (
    SELECT
        agency_code,
        arg_max(agency, (n_projects, agency)) FILTER (WHERE agency IS NOT NULL) AS agency_on_pages,
        count(agency) AS n_names_on_pages,
        sum(n_projects)::BIGINT AS n_projects,
        sum(n_vanished)::BIGINT AS n_vanished
    FROM printed
    GROUP BY agency_code
)

SELECT
    coalesce(known.agency_code, seen.agency_code) AS agency_code,
    known.agency,
    known.kind,
    known.name_source,
    masked_text(seen.agency_on_pages) AS agency_on_pages,
    coalesce(seen.n_names_on_pages, 0) AS n_names_on_pages,
    coalesce(seen.n_projects, 0) AS n_projects,
    coalesce(seen.n_vanished, 0) AS n_vanished
FROM input.agencies AS known
FULL JOIN seen ON known.agency_code = seen.agency_code
