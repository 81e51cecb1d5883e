-- Budgets, progress, target, result, dates and status of every version of a project: the values to compare over time.
--
-- key: source_id, project_id, version_no
-- sort: place, version_no
-- references: source_id, project_id, version_no -> project_versions
-- references: agency_code -> agencies
-- warning: valid_from is when the version was first observed, not when the agency wrote it; see project_versions.
-- warning: the state on a day is the row whose valid_from is before the day's end and whose valid_to is not, or is null: bangkok_day(valid_from) <= day and coalesce(bangkok_day(valid_to) > day, true).
-- warning: a version that changed other parts of the page repeats the values of the one before.
-- columns:
--   source_id = projects
--   project_id = projects
--   version_no = project_versions
--   valid_from = project_versions
--   valid_to = project_versions
--   is_current = project_versions
--   status: `vanished` where the version ended because the project vanished, else `listed`
--   agency_code = projects
--   fiscal_year_be = projects
--   budget_received_thb = projects
--   budget_spent_thb = projects
--   progress_pct = projects
--   target_value = projects
--   target_unit = projects
--   result_value = projects
--   result_unit = projects
--   start_date = projects
--   finish_date = projects
--   fields_state = projects
--   snapshot_id: the archived page that these values were read from
--
-- The values are those known at the end of the version: of the last capture that showed the label/value rows whole.
WITH known AS (
    SELECT
        versions.source_id,
        versions.project_id,
        versions.version_no,
        coalesce(before_next.snapshot_id, versions.snapshot_id) AS snapshot_id
    FROM staging.versions AS versions
    LEFT JOIN staging.fields_before AS before_next
        ON
            versions.source_id = before_next.source_id
            AND versions.project_id = before_next.project_id
            AND versions.version_no + 1 = before_next.version_no
    WHERE versions.version_no < versions.n_versions
    UNION ALL
    SELECT
        source_id,
        project_id,
        version_no,
        fields_snapshot_id
    FROM staging.current_versions
)

SELECT
    current_versions.place,
    versions.source_id,
    versions.project_id,
    versions.version_no,
    versions.valid_from,
    coalesce(versions.vanished_at, versions.next_valid_from) AS valid_to,
    versions.version_no = versions.n_versions AND versions.vanished_at IS NULL AS is_current,
    CASE WHEN versions.vanished_at IS NULL THEN 'listed' ELSE 'vanished' END AS status,
    pages.agency_code,
    pages.fiscal_year_be,
    pages.budget_received_thb,
    pages.budget_spent_thb,
    pages.progress_pct,
    pages.target_value,
    masked_text(pages.target_unit) AS target_unit,
    pages.result_value,
    masked_text(pages.result_unit) AS result_unit,
    pages.start_date,
    pages.finish_date,
    pages.fields_state,
    pages.snapshot_id
FROM known
INNER JOIN staging.versions AS versions USING (source_id, project_id, version_no)
INNER JOIN staging.current_versions AS current_versions USING (source_id, project_id)
INNER JOIN parsed.pages AS pages ON known.snapshot_id = pages.snapshot_id
