-- The values of fresh pages, and all values that differ, in the published release and in this one, with the cause of each
-- change.
--
-- Both releases are split into cells by column name and compared cell by cell, so that a new column is compared separately.
-- A cell that the site has edited since is a change of the `site`, and so is all of a section that was never whole before.
-- A difference without an edit is ours: of the `reader`, or of a `withdrawn` import if its capture no longer
-- counts. row_no is the month, or the position of the report or of the row of the edit log in the order of their days,
-- because the newest may be first on a page. `=` means the same on both sides; a long text is replaced by its digest.
WITH reports AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY is_new, source_id, project_id ORDER BY reported_on, page_row_no) AS place
    FROM in_both('progress_history')
    WHERE is_current
),

updates AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY is_new, source_id, project_id ORDER BY updated_on, updated_time, update_no
        ) AS place
    FROM in_both('update_history')
),

-- Long texts by their digest before releases are matched: the texts of both would take a gigabyte at 20,000 projects.
texts AS MATERIALIZED (
    SELECT
        is_new,
        source_id,
        project_id,
        snapshot_id,
        'field' AS section,
        0 AS row_no,
        list_value(*COLUMNS(* EXCLUDE (is_new, source_id, project_id, snapshot_id))) AS said
    FROM (
        SELECT
            is_new,
            source_id,
            project_id,
            snapshot_id,
            shortened(COLUMNS(lambda name: list_contains(getvariable('columns_of')['field'], name))::VARCHAR)
        FROM in_both('projects')
    )
    UNION ALL
    SELECT
        is_new,
        source_id,
        project_id,
        snapshot_id,
        'progress_history' AS section,
        place AS row_no,
        list_value('row', *COLUMNS(* EXCLUDE (is_new, source_id, project_id, snapshot_id, place))) AS said
    FROM (
        SELECT
            is_new,
            source_id,
            project_id,
            snapshot_id,
            place,
            shortened(COLUMNS(lambda name: list_contains(getvariable('columns_of')['progress_history'], name))::VARCHAR)
        FROM reports
    )
    UNION ALL
    SELECT
        is_new,
        source_id,
        project_id,
        snapshot_id,
        'update_history' AS section,
        place AS row_no,
        list_value('row', *COLUMNS(* EXCLUDE (is_new, source_id, project_id, snapshot_id, place))) AS said
    FROM (
        SELECT
            is_new,
            source_id,
            project_id,
            snapshot_id,
            place,
            shortened(COLUMNS(lambda name: list_contains(getvariable('columns_of')['update_history'], name))::VARCHAR)
        -- A different salt gives every user a different pseudonym.
        FROM (SELECT * REPLACE (CASE WHEN user_name <> '' THEN 'a name' END AS user_name) FROM updates)
    )
    UNION ALL
    SELECT
        is_new,
        source_id,
        project_id,
        snapshot_id,
        'month' AS section,
        month_no AS row_no,
        [shortened(result_raw), result_value::VARCHAR] AS said
    FROM in_both('targets')
),

pairs AS (
    SELECT
        published.source_id,
        published.project_id,
        published.snapshot_id = candidate.snapshot_id AS has_same_capture,
        published.fields_state IN ('present', 'empty') AS had_field,
        published.months_state IN ('present', 'empty') AS had_month,
        published.reports_state IN ('present', 'empty') AS had_progress_history,
        published.updates_state IN ('present', 'empty') AS had_update_history,
        fresh.project_id IS NOT NULL AS is_fresh
    FROM published.projects AS published
    INNER JOIN candidate.projects AS candidate USING (source_id, project_id)
    LEFT JOIN fresh USING (source_id, project_id)
),

matched AS (
    SELECT
        pairs.*,
        section,
        row_no,
        coalesce(old.snapshot_id = new.snapshot_id, pairs.has_same_capture) AS is_same_capture,
        unnest(
            CASE
                -- A row that is missing on one side is one value, not one in each of its columns.
                WHEN (old.said IS NULL OR new.said IS NULL) AND section <> 'month'
                    THEN list_zip(['row'], old.said[:1], new.said[:1])
                ELSE list_zip(getvariable('columns_of')[section], old.said, new.said)
            END
        ) AS cell
    FROM (FROM texts WHERE NOT is_new) AS old
    FULL JOIN (FROM texts WHERE is_new) AS new USING (source_id, project_id, section, row_no)
    INNER JOIN pairs USING (source_id, project_id)
    WHERE pairs.is_fresh OR old.said IS DISTINCT FROM new.said
),

shown AS (
    SELECT
        * EXCLUDE (cell),
        cell[1] AS name,
        nullif(cell[2], '') AS old,
        nullif(cell[3], '') AS new
    FROM matched
),

edits AS (
    SELECT DISTINCT
        source_id,
        project_id,
        field,
        month_no
    FROM edited
),

reported AS (
    SELECT DISTINCT
        source_id,
        project_id
    FROM edited
    WHERE field IN ('progress', 'progress_history')
),

judged AS (
    SELECT
        shown.source_id,
        shown.project_id,
        shown.section,
        shown.row_no,
        CASE
            WHEN shown.name = 'row' THEN shown.section
            WHEN shown.section IN ('field', 'month') THEN shown.name
            ELSE shown.section || '.' || shown.name
        END AS field,
        shown.old,
        shown.new,
        shown.is_fresh,
        edits.project_id IS NOT NULL AS is_edited,
        reported.project_id IS NOT NULL AS is_reported,
        shown.is_same_capture,
        CASE shown.section
            WHEN 'field' THEN shown.had_field
            WHEN 'month' THEN shown.had_month
            WHEN 'progress_history' THEN shown.had_progress_history
            ELSE shown.had_update_history
        END AS had_whole
    FROM shown
    LEFT JOIN reported USING (source_id, project_id)
    LEFT JOIN edits
        ON
            shown.source_id = edits.source_id
            AND shown.project_id = edits.project_id
            AND CASE WHEN shown.section = 'field' THEN without_unit(shown.name) ELSE shown.section END = edits.field
            AND CASE WHEN shown.section = 'month' THEN shown.row_no END IS NOT DISTINCT FROM edits.month_no
    WHERE shown.old IS NOT NULL OR shown.new IS NOT NULL
)

SELECT
    source_id,
    project_id,
    section,
    row_no,
    field,
    CASE WHEN old = new THEN '=' ELSE old END AS old,
    CASE WHEN old = new THEN '=' ELSE new END AS new,
    is_fresh,
    is_fresh AND (is_edited OR NOT is_same_capture) AS is_read_anew,
    -- A budget of 0 counts as emptied. The words about progress are replaced by a report.
    old IS NOT NULL
    AND NOT (field = 'progress_note' AND is_reported)
    AND (new IS NULL OR (field ^@ 'budget_' AND try_cast(new AS DOUBLE) = 0 AND try_cast(old AS DOUBLE) > 0)) AS is_lost,
    CASE
        WHEN is_edited THEN 'site'
        WHEN is_same_capture THEN 'reader'
        WHEN NOT had_whole THEN 'site'
        WHEN old IS DISTINCT FROM new AND EXISTS (FROM withdrawn) THEN 'withdrawn'
        ELSE 'reader'
    END AS whose
FROM judged
