-- The newest observed state of every project.
--
-- key: source_id, project_id
-- sort: place
-- references: agency_code -> agencies
-- warning: budget_spent_thb 0 often means "not reported", not "nothing spent": many projects with progress of 40 to 89 percent carry 0.
-- warning: start_date and finish_date are what the agency typed; pages of fiscal year 2566 carry dates of other years.
-- warning: the same project can stand on two sources with different values: count by projects_unique; same_project_two_sources has the differences.
-- warning: a value is null where the page said "not set", was empty or could not be read; the column `…_raw` and page_fields tell which.
-- columns:
--   source_id: the instance of the application the page was read from
--   project_id: project code, eight digits of the agency, a hyphen and a running number | label รหัสโครงการ
--   agency_code: first eight digits of the project code | label รหัสโครงการ | null where the code has another shape
--   agency: agency as printed on the page | label หน่วยงาน | null where empty or not set
--   fiscal_year_be: fiscal year, Buddhist era; 2566 runs from 2022-10-01 to 2023-09-30 | unit year BE | label ปี | null where empty or unreadable
--   fiscal_year_ce: fiscal year, Common Era | unit year CE | label ปี | null where empty or unreadable
--   name: name of the project, policy tags such as (P145) included | label ชื่อโครงการ | null where empty or not set
--   policy_id: policy the project belongs to (text, not a number) | label Policy ID | null where empty or not set
--   branch_id: branch code (text; leading zeros count) | label Branch ID | null where empty or not set
--   kpi_id: performance indicator | label Kpi ID | null where empty or not set
--   budget_received_thb: budget received | unit THB | label งบฯ ที่ได้รับ (บาท) | null where empty, not set or unreadable
--   budget_received_thb_raw: budget received as printed | label งบฯ ที่ได้รับ (บาท) | null where empty or not set
--   budget_spent_thb: budget spent so far | unit THB | label งบฯ ที่ใช้ไป (บาท) | null where empty, not set or unreadable
--   budget_spent_thb_raw: budget spent as printed | label งบฯ ที่ใช้ไป (บาท) | null where empty or not set
--   progress_pct: latest progress; may exceed 100 | unit percent | label คืบหน้าล่าสุด | null where empty, not set or unreadable
--   progress_pct_raw: latest progress as printed | label คืบหน้าล่าสุด | null where empty or not set
--   start_date: planned start as typed by the agency | unit day | label Start Date | null where empty, not set or ambiguous
--   start_date_raw: planned start as printed | label Start Date | null where empty or not set
--   finish_date: planned end as typed by the agency | unit day | label Finish Date | null where empty, not set or ambiguous
--   finish_date_raw: planned end as printed | label Finish Date | null where empty or not set
--   rationale: why the project exists | label หลักการและเหตุผล | null where empty or not set
--   objective: what it is meant to achieve | label วัตถุประสงค์ | null where empty or not set
--   goal: its goals in words (the first row of this label) | label เป้าหมาย | null where empty or not set
--   responsible: who is responsible; contacts are masked | label ผู้รับผิดชอบ | null where empty or not set
--   evaluator: who evaluates; contacts are masked | label ผู้ตรวจประเมิน | null where empty or not set
--   is_contact_masked: true where a contact was masked in responsible or evaluator
--   remark: remark | label หมายเหตุ | null where empty or not set
--   governor_policy: policy of the governor the project serves | label นโยบาย ผว. | null where empty or not set
--   weight: weight of the project among those of its agency | label ค่าน้ำหนัก | null where empty, not set or unreadable
--   weight_raw: weight as printed | label ค่าน้ำหนัก | null where empty or not set
--   target_value: target of the whole project | unit target_unit | label เป้าหมายโครงการ | null where empty, not set or unreadable
--   target_unit: unit of the target | label เป้าหมายโครงการ | null where none is printed
--   target_raw: target as printed | label เป้าหมายโครงการ | null where empty or not set
--   result_value: result of the whole project | unit result_unit | label ผลการดำเนินการ | null where empty, not set or unreadable
--   result_unit: unit of the result | label ผลการดำเนินการ | null where none is printed
--   result_raw: result as printed | label ผลการดำเนินการ | null where empty or not set
--   unit: unit of count | label หน่วยนับ | null where empty or not set
--   progress_note: explanation of the progress | label อธิบายรายละเอียดความคืบหน้า | null where empty or not set
--   month_goal: text in the row เป้าหมาย that heads the month rows | label เป้าหมาย | null where empty or not set
--   policy_tags: the tags in front of the name, as `P145`, each once, in the order of the page: `(P145)/(P147)` and `(P145,147)` are two tags each; an empty list where there are none | label ชื่อโครงการ | null where they cannot be read for certain: `(P145,66)`
--   name_key: name without its tags, white space and quotes (between two digits one space stays), sara am as one character, digits as 0 to 9: to join with other data that spells the names differently | label ชื่อโครงการ | null where nothing is left
--   status: `listed` while the project is there, `vanished` after its own page was gone (404) in two runs, hours apart
--   n_issues: open issues of this project in quality_issues | unit issues
--   n_versions: distinct contents observed | unit versions
--   first_seen_at: when the page was first observed | unit UTC timestamp
--   last_seen_at: when the page was last observed, changed or not | unit UTC timestamp
--   last_changed_at: when its present content was first observed | unit UTC timestamp
--   vanished_at: when its page was gone for the second time, hours after the first | unit UTC timestamp | null while the project is listed
--   is_truncated: true where the page was cut and no other page shows the part after the cut whole
--   fields_state: how much of the label/value rows is known: `present`, `empty`, `absent`, `unreadable` or `cut`
--   months_state: the same of the month rows, see targets
--   updates_state: the same of the page's own edit log, see update_history
--   reports_state: the same of the progress reports, see progress_history; a project without reports is known to have none only where this is `present` or `empty`
--   reports_last_seen_at: when the progress reports were last seen whole | unit UTC timestamp | null where they never were
--   time_basis: where the time of its page comes from: `protocol` (fetch or web archive), `stated` (the saved page), `given` (`import --captured-at`) or `file` (the date of a file)
--   is_invented: true for made-up data of the built-in sample; never cite such a row
--   url: address of the page
--   archive_url: address of its page in the web archive that it was harvested from, to cite beside the address of the city | null where it was fetched from the site or imported from a file
--   snapshot_id: the archived page every value of this row was read from; months, edit log and reports name their own
--   warc_file: file in data/raw that holds the archived page | null where the page came without one
--   warc_offset: where its record begins in that file | unit bytes | null where the page came without one
WITH issue_counts AS (
    SELECT
        source_id,
        project_id,
        count(*) AS n_issues
    FROM staging.issues
    WHERE project_id IS NOT NULL
    GROUP BY source_id, project_id
),

-- A CTE of its own, so that each contact is masked once.
masked_pages AS (
    SELECT
        COLUMNS(lambda name: NOT is_typed(name)),
        masked_text(COLUMNS(lambda name: is_typed(name))),
        masked_contact(responsible) AS masked_responsible,
        masked_contact(evaluator) AS masked_evaluator
    FROM staging.current_pages
)

SELECT
    pages.* EXCLUDE (
        content_sha256,
        reader,
        encoding,
        fields_fingerprint,
        months_fingerprint,
        updates_fingerprint,
        reports_fingerprint,
        fiscal_year_raw,
        headline_progress_pct,
        headline_progress_pct_raw,
        captured_at,
        run_id,
        masked_responsible,
        masked_evaluator
    ) REPLACE (
        pages.masked_responsible AS responsible,
        pages.masked_evaluator AS evaluator,
        pages.is_truncated
        AND list_has_any(
            [pages.fields_state, pages.months_state, pages.updates_state, pages.reports_state],
            ['absent', 'unreadable', 'cut']
        ) AS is_truncated
    ) RENAME (valid_from AS last_changed_at),
    CASE WHEN pages.name IS NULL THEN [] ELSE policy_tags(pages.name) END AS policy_tags,
    name_key(pages.name) AS name_key,
    pages.masked_responsible IS DISTINCT FROM pages.responsible
    OR pages.masked_evaluator IS DISTINCT FROM pages.evaluator AS is_contact_masked,
    CASE WHEN pages.vanished_at IS NULL THEN 'listed' ELSE 'vanished' END AS status,
    coalesce(issue_counts.n_issues, 0) AS n_issues,
    coalesce(sources.is_invented, false) AND real_projects.project_id IS NULL AS is_invented
FROM masked_pages AS pages
LEFT JOIN issue_counts USING (source_id, project_id)
LEFT JOIN input.sources AS sources USING (source_id)
LEFT JOIN input.real_projects AS real_projects USING (source_id, project_id)
