-- The agency printed on a page is not the agency of its project code: it is not one of the names of that agency (under an older or newer code either), nor the bureau that the agency is part of.
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
)

SELECT
    pages.source_id,
    pages.project_id,
    pages.snapshot_id,
    'agency' AS field,
    'หน่วยงาน' AS label,
    pages.agency AS raw,
    'code ' || known.agency_code || ' is ' || known.agency_listed || ' (' || known.name_source
    || '), the page says ' || pages.agency AS message
FROM staging.current_pages AS pages
INNER JOIN input.agencies AS known ON pages.agency_code = known.agency_code
ANTI JOIN fitting_names AS fitting
    ON pages.agency_code = fitting.agency_code AND agency_key(pages.agency) = agency_key(fitting.name)
WHERE pages.agency IS NOT NULL
