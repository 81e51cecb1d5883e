-- The listing names a project whose page was never requested.
--
-- key: source_id, project_id
-- severity: warning
-- title_th: อยู่ในรายการแต่ยังไม่เคยดึงหน้าโครงการ
-- title_en: Listed, but its page was never fetched
-- advice_th: รอการดึงข้อมูลรอบถัดไป หากยังพบให้แจ้งผู้ดูแลโปรแกรม
-- advice_en: Wait for the next run; tell the maintainers if the issue stays.
-- message_th: รายการของเว็บไซต์มีโครงการนี้ แต่ยังไม่เคยขอหน้าโครงการ
SELECT
    listing.source_id,
    listing.project_id,
    'listed by ' || sum(listing.n_readings) || ' runs, never fetched' AS message,
    min(listing.first_at) AS first_seen_at
FROM parsed.listed AS listing
ANTI JOIN staging.visits AS visits USING (source_id, project_id)
GROUP BY listing.source_id, listing.project_id
