-- What projects say differently than a month before the newest observation: state then, state now and the difference.
--
-- key: project_id
-- warning: a project is here when its page changed, or vanished, since the end of since_on; a project that was first seen later is not.
-- warning: a change was made between the capture that shows it and the capture before; see project_versions.previous_seen_at.
-- warning: a difference is null where one of the two values is null; sums leave it out.
-- warning: a project on two sources appears once, with the values of projects_unique.
-- columns:
--   source_id = projects
--   project_id = projects
--   name = projects
--   agency_code = projects
--   agency = projects
--   agency_listed = agencies
--   name_source = agencies
--   fiscal_year_be = projects
--   since_on: the day in Bangkok at whose end the state before is taken, a month before the newest observation | unit day
--   n_changes: rows of project_changes since then | unit changes
--   previous_budget_received_thb: budget received at that time | unit THB | null where empty, not set or unreadable
--   budget_received_thb = projects
--   budget_received_change_thb: by how much it changed | unit THB | null where one of the two is null
--   previous_budget_spent_thb: budget spent at that time | unit THB | null where empty, not set or unreadable
--   budget_spent_thb = projects
--   budget_spent_change_thb: by how much it changed | unit THB | null where one of the two is null
--   previous_progress_pct: progress at that time | unit percent | null where empty, not set or unreadable
--   progress_pct = projects
--   progress_change_pct: by how much it changed | unit percentage points | null where one of the two is null
--   previous_result_value: result at that time | unit result_unit | null where empty, not set or unreadable
--   result_value = projects
--   previous_finish_date: planned end at that time | unit day | null where empty, not set or ambiguous
--   finish_date = projects
--   status = projects
--   last_changed_at = projects
--   url = projects
--   is_invented = projects
--
-- A difference is cast to a fixed type, since versions of DuckDB give it different types.
WITH since AS (
    SELECT (bangkok_day(max(last_seen_at)) - INTERVAL 1 MONTH)::DATE AS since_on
    FROM projects
),

before AS (
    SELECT
        history.*,
        since.since_on
    FROM project_history AS history
    CROSS JOIN since
    WHERE bangkok_day(history.valid_from) <= since.since_on AND bangkok_day(history.valid_to) > since.since_on
),

changes AS (
    SELECT
        edits.source_id,
        edits.project_id,
        count(*) AS n_changes
    FROM project_changes AS edits
    CROSS JOIN since
    WHERE bangkok_day(edits.observed_at) > since.since_on
    GROUP BY edits.source_id, edits.project_id
)

SELECT
    projects.source_id,
    projects.project_id,
    projects.name,
    projects.agency_code,
    projects.agency,
    projects.agency_listed,
    projects.name_source,
    projects.fiscal_year_be,
    before.since_on,
    coalesce(changes.n_changes, 0) AS n_changes,
    before.budget_received_thb AS previous_budget_received_thb,
    projects.budget_received_thb,
    (projects.budget_received_thb - before.budget_received_thb)::DECIMAL(18, 2) AS budget_received_change_thb,
    before.budget_spent_thb AS previous_budget_spent_thb,
    projects.budget_spent_thb,
    (projects.budget_spent_thb - before.budget_spent_thb)::DECIMAL(18, 2) AS budget_spent_change_thb,
    before.progress_pct AS previous_progress_pct,
    projects.progress_pct,
    (projects.progress_pct - before.progress_pct)::DECIMAL(12, 4) AS progress_change_pct,
    before.result_value AS previous_result_value,
    projects.result_value,
    before.finish_date AS previous_finish_date,
    projects.finish_date,
    projects.status,
    projects.last_changed_at,
    projects.url,
    projects.is_invented
FROM projects_unique AS projects
INNER JOIN before USING (source_id, project_id)
LEFT JOIN changes USING (source_id, project_id)
