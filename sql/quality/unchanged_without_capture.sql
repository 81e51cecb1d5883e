-- A visit found a page unchanged, but no archived page shows what it was unchanged from.
--
-- key: source_id, project_id, message
-- severity: error
-- title_th: บันทึกว่าหน้าไม่เปลี่ยนแปลงแต่ไม่มีหน้าต้นฉบับ
-- title_en: A page was found unchanged, but no capture shows its content
-- advice_th: แจ้งผู้ดูแลโปรแกรมให้ตรวจสอบ data/raw
-- advice_en: A segment of data/raw is missing or was not parsed; restore it and build again.
-- message_th: บันทึกว่าหน้าไม่เปลี่ยนแปลง แต่ไม่มีหน้าที่เก็บไว้ให้เทียบ
SELECT
    attempts.source_id,
    attempts.project_id,
    NULL::VARCHAR AS snapshot_id,
    NULL::VARCHAR AS field,
    NULL::VARCHAR AS label,
    NULL::BIGINT AS ordinal,
    NULL::VARCHAR AS raw,
    count(*) || ' visits have no capture with fingerprint ' || coalesce(attempts.content_sha256, '(none)') AS message,
    min(attempts.requested_at) AS first_seen_at
FROM staging.attempts AS attempts
ANTI JOIN staging.sightings AS sightings
    ON
        attempts.source_id = sightings.source_id
        AND attempts.project_id = sightings.project_id
        AND attempts.requested_at = sightings.seen_at
WHERE attempts.outcome = 'unchanged' AND attempts.project_id IS NOT NULL
GROUP BY attempts.source_id, attempts.project_id, attempts.content_sha256
