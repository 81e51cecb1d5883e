-- The agency printed on a page is not the agency of its project code: it is not one of the names of that agency (under an older or newer code either) or an abbreviation of one, nor a section of it, nor the bureau that the agency is part of.
--
-- key: source_id, project_id
-- severity: warning
-- title_th: ชื่อหน่วยงานไม่ตรงกับรหัสโครงการ
-- title_en: Agency name differs from the project code's
-- advice_th: ตรวจสอบชื่อหน่วยงานบนหน้าโครงการกับรหัสหน่วยงาน 8 หลักแรกของรหัสโครงการ
-- advice_en: Compare the agency on the page with the first eight digits of the project code; where the list of agencies is only inferred, correct the list.
-- message_th: หน้าระบุหน่วยงาน {raw} ซึ่งไม่ใช่หน่วยงานของรหัสโครงการ
WITH fitting_names AS (
    SELECT
        known.agency_code,
        unnest([other.agency_listed] || other.other_names) AS name
    FROM input.agencies AS known
    INNER JOIN input.agencies AS other
        ON known.parent_code = other.agency_code OR folded(known.agency_listed) = folded(other.agency_listed)
),

differing AS (
    SELECT
        pages.source_id,
        pages.project_id,
        pages.snapshot_id,
        pages.agency,
        known.agency_code,
        known.agency_listed,
        known.name_source
    FROM staging.current_pages AS pages
    INNER JOIN input.agencies AS known ON pages.agency_code = known.agency_code
    ANTI JOIN fitting_names AS fitting
        ON
            pages.agency_code = fitting.agency_code
            AND (
                agency_key(fitting.name) IN (agency_key(pages.agency), agency_of_section(pages.agency))
                OR abbreviates(pages.agency, fitting.name)
            )
    WHERE pages.agency IS NOT NULL
),

named_since AS (
    SELECT
        differing.source_id,
        differing.project_id,
        held_since(observations.seen_at, pages.agency IS NOT DISTINCT FROM differing.agency) AS first_seen_at
    FROM differing
    INNER JOIN staging.observations AS observations USING (source_id, project_id)
    INNER JOIN parsed.pages AS pages ON observations.snapshot_id = pages.snapshot_id
    WHERE observations.is_dated AND observations.fields_fingerprint IS NOT NULL
    GROUP BY differing.source_id, differing.project_id
)

SELECT
    differing.source_id,
    differing.project_id,
    differing.snapshot_id,
    'agency' AS field,
    'หน่วยงาน' AS label,
    differing.agency AS raw,
    'code ' || differing.agency_code || ' is ' || differing.agency_listed || ' (' || differing.name_source
    || '), the page says ' || differing.agency AS message,
    named_since.first_seen_at
FROM differing
LEFT JOIN named_since USING (source_id, project_id)
