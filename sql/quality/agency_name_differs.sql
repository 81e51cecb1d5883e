-- The agency printed on a page is not the one its project code belongs to: neither by its name or another one it has, nor the bureau it is part of.
--
-- key: source_id, project_id
-- severity: warning
-- title_th: ชื่อหน่วยงานไม่ตรงกับรหัสโครงการ
-- title_en: Agency name differs from the project code's
-- advice_th: ตรวจสอบชื่อหน่วยงานบนหน้าโครงการกับรหัสหน่วยงาน 8 หลักแรกของรหัสโครงการ
-- advice_en: Compare the agency on the page with the first eight digits of the project code; where the list of agencies is only inferred, correct the list.
-- message_th: หน้าระบุหน่วยงาน {raw} ซึ่งไม่ใช่หน่วยงานของรหัสโครงการ
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
LEFT JOIN input.agencies AS parent ON known.parent_code = parent.agency_code
WHERE
    NOT list_contains(
        [
            folded(regexp_replace(name, '\(.*\)$', ''))
            FOR name IN [known.agency_listed, parent.agency_listed] || known.other_names
        ],
        folded(pages.agency)
    )
