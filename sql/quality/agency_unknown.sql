-- A project code begins with eight digits that are not the code of a known agency.
--
-- key: source_id, project_id
-- severity: warning
-- title_th: ไม่รู้จักรหัสหน่วยงาน
-- title_en: Unknown agency code
-- advice_th: ตรวจสอบรหัสโครงการ หากเป็นหน่วยงานใหม่ให้เพิ่มในรายชื่อหน่วยงาน
-- advice_en: Check the project code; add the agency to agencies.csv if it is a new one.
-- message_th: ไม่มีหน่วยงานที่รู้จักใช้รหัส {raw}
SELECT
    pages.source_id,
    pages.project_id,
    pages.snapshot_id,
    'agency_code' AS field,
    'รหัสโครงการ' AS label,
    pages.agency_code AS raw,
    'no known agency has the code ' || pages.agency_code AS message,
    CASE WHEN pages.time_basis <> 'file' THEN pages.first_seen_at END AS first_seen_at
FROM staging.current_pages AS pages
ANTI JOIN input.agencies AS known USING (agency_code)
WHERE pages.agency_code IS NOT NULL
