-- How many values of each field are others than in the published release, and whose change that is.
--
-- A cell that the site edited since is the `site`'s change, and so is all of a section that was never seen whole before.
-- What differs without an edit is ours: the `reader`'s, or that of a `withdrawn` import where its capture is no longer
-- taken. n_had counts the values the published release had, n_read_anew those of them whose page is fresh and whose
-- section stands as another capture shows it.
WITH pairs AS (
    SELECT
        published.source_id,
        published.project_id,
        published.snapshot_id = candidate.snapshot_id AS is_same_capture,
        published.fields_state IN ('present', 'empty') AS had_fields,
        published.months_state IN ('present', 'empty') AS had_months,
        published.reports_state IN ('present', 'empty') AS had_reports,
        published.updates_state IN ('present', 'empty') AS had_updates,
        fresh.project_id IS NOT NULL AS is_fresh,
        [
            cell('name', published.name, candidate.name),
            cell('agency', published.agency, candidate.agency),
            cell('fiscal_year_be', published.fiscal_year_be, candidate.fiscal_year_be),
            cell('policy_id', published.policy_id, candidate.policy_id),
            cell('branch_id', published.branch_id, candidate.branch_id),
            cell('kpi_id', published.kpi_id, candidate.kpi_id),
            cell('budget_received_thb', published.budget_received_thb, candidate.budget_received_thb),
            cell('budget_spent_thb', published.budget_spent_thb, candidate.budget_spent_thb),
            cell('progress_pct', published.progress_pct, candidate.progress_pct),
            cell('start_date', published.start_date, candidate.start_date),
            cell('finish_date', published.finish_date, candidate.finish_date),
            cell('rationale', published.rationale, candidate.rationale),
            cell('objective', published.objective, candidate.objective),
            cell('goal', published.goal, candidate.goal),
            cell('responsible', published.responsible, candidate.responsible),
            cell('evaluator', published.evaluator, candidate.evaluator),
            cell('remark', published.remark, candidate.remark),
            cell('governor_policy', published.governor_policy, candidate.governor_policy),
            cell('weight', published.weight, candidate.weight),
            cell('target_value', published.target_value, candidate.target_value),
            cell('target_unit', published.target_unit, candidate.target_unit),
            cell('result_value', published.result_value, candidate.result_value),
            cell('result_unit', published.result_unit, candidate.result_unit),
            cell('unit', published.unit, candidate.unit),
            cell('progress_note', published.progress_note, candidate.progress_note)
        ] AS cells
    FROM published.projects AS published
    INNER JOIN candidate.projects AS candidate
        ON published.source_id = candidate.source_id AND published.project_id = candidate.project_id
    LEFT JOIN fresh ON published.source_id = fresh.source_id AND published.project_id = fresh.project_id
),

months AS (
    SELECT
        coalesce(published.source_id, candidate.source_id) AS source_id,
        coalesce(published.project_id, candidate.project_id) AS project_id,
        coalesce(published.month_no, candidate.month_no) AS month_no,
        published.snapshot_id = candidate.snapshot_id AS is_same_capture,
        [
            cell('month', nullif(published.result_raw, ''), nullif(candidate.result_raw, '')),
            cell('month_value', published.result_value, candidate.result_value)
        ] AS cells
    FROM published.targets AS published
    FULL JOIN candidate.targets AS candidate
        ON
            published.source_id = candidate.source_id
            AND published.project_id = candidate.project_id
            AND published.month_no = candidate.month_no
),

reports AS (
    SELECT
        coalesce(published.source_id, candidate.source_id) AS source_id,
        coalesce(published.project_id, candidate.project_id) AS project_id,
        published.snapshot_id = candidate.snapshot_id AS is_same_capture,
        CASE
            -- A report that is missing on one side is one value, not one in each of its columns.
            WHEN published.report_no IS NULL OR candidate.report_no IS NULL
                THEN [cell('progress_history', published.report_no, candidate.report_no)]
            ELSE [
                cell('progress_history', published.report_no, candidate.report_no),
                cell('progress_history.reported_on', published.reported_on, candidate.reported_on),
                cell('progress_history.progress_pct', published.progress_pct, candidate.progress_pct),
                cell('progress_history.status_code', published.status_code, candidate.status_code),
                cell('progress_history.problem', published.problem, candidate.problem),
                cell('progress_history.detail', published.detail, candidate.detail)
            ]
        END AS cells
    FROM (FROM published.progress_history WHERE is_current) AS published
    FULL JOIN (FROM candidate.progress_history WHERE is_current) AS candidate
        ON
            published.source_id = candidate.source_id
            AND published.project_id = candidate.project_id
            AND published.report_no = candidate.report_no
),

updates AS (
    SELECT
        coalesce(published.source_id, candidate.source_id) AS source_id,
        coalesce(published.project_id, candidate.project_id) AS project_id,
        published.snapshot_id = candidate.snapshot_id AS is_same_capture,
        CASE
            WHEN published.update_no IS NULL OR candidate.update_no IS NULL
                THEN [cell('update_history', published.update_no, candidate.update_no)]
            ELSE [
                cell('update_history', published.update_no, candidate.update_no),
                cell('update_history.updated_on', published.updated_on, candidate.updated_on),
                cell('update_history.updated_time', published.updated_time, candidate.updated_time),
                -- Another salt gives every user another pseudonym.
                cell(
                    'update_history.user_name',
                    CASE WHEN published.user_name <> '' THEN 'a name' END,
                    CASE WHEN candidate.user_name <> '' THEN 'a name' END
                ),
                cell('update_history.action', published.action, candidate.action),
                cell('update_history.policy_conformity', published.policy_conformity, candidate.policy_conformity),
                cell('update_history.start_date', published.start_date, candidate.start_date),
                cell('update_history.finish_date', published.finish_date, candidate.finish_date),
                cell('update_history.target', published.target, candidate.target),
                cell('update_history.result', published.result, candidate.result),
                cell('update_history.unit', published.unit, candidate.unit)
            ]
        END AS cells
    FROM published.update_history AS published
    FULL JOIN candidate.update_history AS candidate
        ON
            published.source_id = candidate.source_id
            AND published.project_id = candidate.project_id
            AND published.update_no = candidate.update_no
),

cells AS (
    SELECT
        source_id,
        project_id,
        NULL AS month_no,
        NULL AS section,
        is_same_capture,
        had_fields AS had_whole,
        is_fresh,
        unnest(cells) AS cell
    FROM pairs
    UNION ALL BY NAME
    SELECT
        months.source_id,
        months.project_id,
        months.month_no,
        'month' AS section,
        coalesce(months.is_same_capture, pairs.is_same_capture) AS is_same_capture,
        pairs.had_months AS had_whole,
        pairs.is_fresh,
        unnest(months.cells) AS cell
    FROM months
    INNER JOIN pairs ON months.source_id = pairs.source_id AND months.project_id = pairs.project_id
    UNION ALL BY NAME
    SELECT
        reports.source_id,
        reports.project_id,
        'progress_history' AS section,
        coalesce(reports.is_same_capture, pairs.is_same_capture) AS is_same_capture,
        pairs.had_reports AS had_whole,
        pairs.is_fresh,
        unnest(reports.cells) AS cell
    FROM reports
    INNER JOIN pairs ON reports.source_id = pairs.source_id AND reports.project_id = pairs.project_id
    UNION ALL BY NAME
    SELECT
        updates.source_id,
        updates.project_id,
        'update_history' AS section,
        coalesce(updates.is_same_capture, pairs.is_same_capture) AS is_same_capture,
        pairs.had_updates AS had_whole,
        pairs.is_fresh,
        unnest(updates.cells) AS cell
    FROM updates
    INNER JOIN pairs ON updates.source_id = pairs.source_id AND updates.project_id = pairs.project_id
),

edits AS (
    SELECT DISTINCT
        source_id,
        project_id,
        field,
        month_no
    FROM edited
),

judged AS (
    SELECT
        cells.source_id,
        cells.cell.field AS field,
        cells.cell.had AS had,
        cells.cell.has AS has,
        cells.cell.is_other AS is_other,
        cells.is_fresh AND (NOT cells.is_same_capture OR edits.project_id IS NOT NULL) AS is_read_anew,
        CASE
            WHEN edits.project_id IS NOT NULL THEN 'site'
            WHEN cells.is_same_capture THEN 'reader'
            WHEN NOT cells.had_whole THEN 'site'
            WHEN cells.cell.is_other AND EXISTS (FROM withdrawn) THEN 'withdrawn'
            ELSE 'reader'
        END AS whose
    FROM cells
    LEFT JOIN edits
        ON
            cells.source_id = edits.source_id
            AND cells.project_id = edits.project_id
            AND coalesce(cells.section, without_unit(cells.cell.field)) = edits.field
            AND cells.month_no IS NOT DISTINCT FROM edits.month_no
)

SELECT
    source_id,
    field,
    whose,
    count(*) FILTER (had) AS n_had,
    count(*) FILTER (had AND is_read_anew) AS n_read_anew,
    count(*) FILTER (had AND NOT has) AS n_lost,
    count(*) FILTER (has AND NOT had) AS n_read,
    count(*) FILTER (had AND has AND is_other) AS n_changed
FROM judged
GROUP BY source_id, field, whose
