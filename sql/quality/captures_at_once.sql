-- Two captures of one page at the same moment hold different contents, so their order is not known.
--
-- key: source_id, project_id, first_seen_at
-- severity: warning
-- title_th: มีหน้าโครงการสองฉบับในเวลาเดียวกัน
-- title_en: Two different captures of one page at the same moment
-- advice_th: แจ้งผู้ดูแลโปรแกรมให้ตรวจสอบแฟ้มที่นำเข้า
-- advice_en: Look at the imported files: one of them carries a wrong capture time.
-- message_th: มีหน้าโครงการสองฉบับในเวลาเดียวกันและเนื้อหาต่างกัน จึงไม่รู้ลำดับ
SELECT
    source_id,
    project_id,
    max(snapshot_id) AS snapshot_id,
    count(*) || ' captures were made at ' || seen_at::VARCHAR AS message,
    seen_at AS first_seen_at
FROM staging.observations
GROUP BY source_id, project_id, seen_at
HAVING
    count(DISTINCT fields_fingerprint) > 1
    OR count(DISTINCT months_fingerprint) > 1
    OR count(DISTINCT updates_fingerprint) > 1
    OR count(DISTINCT reports_fingerprint) > 1
