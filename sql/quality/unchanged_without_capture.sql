-- A visit found a page unchanged, but no archived page has its content.
--
-- key: source_id, project_id, message
-- severity: error
-- title_th: บันทึกว่าหน้าไม่เปลี่ยนแปลงแต่ไม่มีหน้าต้นฉบับ
-- title_en: A page was found unchanged, but no capture shows its content
-- advice_th: แจ้งผู้ดูแลโปรแกรมให้ตรวจสอบ data/raw
-- advice_en: A segment of data/raw is missing or was not parsed; restore it and build again.
-- message_th: บันทึกว่าหน้าไม่เปลี่ยนแปลง แต่ไม่มีหน้าที่เก็บไว้ให้เทียบ
SELECT
    visits.source_id,
    visits.project_id,
    sum(visits.n_visits) || ' visits repeat snapshot ' || coalesce(visits.repeats, '(none)') || ', which is not there' AS message,
    min(visits.first_at) AS first_seen_at
FROM staging.visits AS visits
ANTI JOIN staging.observations AS observations
    ON
        visits.source_id = observations.source_id
        AND visits.project_id = observations.project_id
        AND visits.first_at = observations.seen_at
WHERE visits.outcome = 'unchanged' AND visits.project_id IS NOT NULL AND visits.time_basis <> 'file'
GROUP BY visits.source_id, visits.project_id, visits.repeats
