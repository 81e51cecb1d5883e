-- The brackets in front of a project's name hold more than policy tags, so that it is uncertain which policies it belongs to: `(P145,66)` may name the year 2566.
--
-- key: source_id, project_id
-- severity: warning
-- title_th: อ่านรหัสนโยบายหน้าชื่อโครงการไม่ได้
-- title_en: The policy tags in front of a name cannot be read for certain
-- advice_th: แจ้งหน่วยงานให้เขียนรหัสนโยบายแต่ละรหัสในวงเล็บของตัวเอง เช่น (P145) (P147)
-- advice_en: Ask the agency to write each tag in a bracket of its own, as (P145) (P147).
-- message_th: อ่านรหัสนโยบายหน้าชื่อ {raw} ให้แน่นอนไม่ได้ จึงเว้นว่างไว้
SELECT
    pages.source_id,
    pages.project_id,
    pages.snapshot_id,
    'policy_tags' AS field,
    'ชื่อโครงการ' AS label,
    pages.name AS raw,
    'the brackets in front of the name hold more than policy tags' AS message
FROM staging.current_pages AS pages
WHERE pages.name IS NOT NULL AND policy_tags(pages.name) IS NULL
