-- The typed fields of each project's newest page, unmasked: only models below sql/ may read it.
--
-- key: source_id, project_id
-- form: view
-- columns:
--   source_id = projects
--   project_id = projects
--   snapshot_id = projects
--   content_sha256 = project_versions
--   reader = staging.captures
--   encoding: how its bytes were decoded
--   is_truncated = projects
--   has_progress_table: true where the page shows a table of reports
--   has_update_table: true where it shows its edit log
--   agency_code = projects
--   fiscal_year_be = projects
--   fiscal_year_ce = projects
--   fiscal_year_raw: fiscal year as printed | label ปี | null where empty or not set
--   name = projects
--   policy_id = projects
--   branch_id = projects
--   kpi_id = projects
--   budget_received_thb = projects
--   budget_received_thb_raw = projects
--   budget_spent_thb = projects
--   budget_spent_thb_raw = projects
--   progress_pct = projects
--   progress_pct_raw = projects
--   headline_progress_pct: progress in the heading of the page | unit percent | null where it shows none
--   headline_progress_pct_raw: the same as printed | null where it shows none
--   agency = projects
--   start_date = projects
--   start_date_raw = projects
--   finish_date = projects
--   finish_date_raw = projects
--   rationale = projects
--   objective = projects
--   goal = projects
--   responsible: who is responsible, unmasked | label ผู้รับผิดชอบ | null where empty or not set
--   evaluator: who evaluates, unmasked | label ผู้ตรวจประเมิน | null where empty or not set
--   remark = projects
--   governor_policy = projects
--   weight = projects
--   weight_raw = projects
--   target_value = projects
--   target_unit = projects
--   target_raw = projects
--   result_value = projects
--   result_unit = projects
--   result_raw = projects
--   unit = projects
--   progress_note = projects
--   month_goal: the goal printed among the months | null where it is not there
--   place = staging.current_versions
--   valid_from = project_versions
--   captured_at = staging.captures
--   first_seen_at = projects
--   last_seen_at = projects
--   vanished_at = projects
--   n_versions = projects
--   url = projects
--   run_id = staging.captures
--   warc_file = projects
--   warc_offset = projects
SELECT
    pages.*,
    current.place,
    current.valid_from,
    current.captured_at,
    current.first_seen_at,
    current.last_seen_at,
    current.vanished_at,
    current.n_versions,
    current.url,
    current.run_id,
    current.warc_file,
    current.warc_offset
FROM staging.current_versions AS current
INNER JOIN parsed.pages AS pages ON current.snapshot_id = pages.snapshot_id
