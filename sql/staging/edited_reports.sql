-- The row with the newest revision of each report, for every project whose page was seen in more than one version.
--
-- key: place, report_no
--
-- A report is identified by its day: it may move, and may be reworded. Where a day ever had more than one report, each is
-- identified by its text, since it cannot be known which one was reworded and which one removed. A cell that is "not set"
-- on one page and empty on another says the same, because extracted text does not distinguish the two.
WITH states AS (
    SELECT
        *,
        max(state_no) OVER (PARTITION BY source_id, project_id) AS last_state_no
    FROM staging.section_states
    WHERE section = 'progress'
),

observed AS (
    SELECT
        current.place,
        reports.snapshot_id,
        reports.report_no,
        said(reports.reported_on_raw) AS reported_on_raw,
        md5_number(
            concat_ws(
                chr(31),
                said(reports.progress_pct_raw),
                said(reports.status_code),
                said(reports.problem),
                said(reports.detail)
            )
        ) AS says,
        states.state_no,
        states.seen_from,
        states.seen_until,
        states.last_state_no,
        count(*) OVER (PARTITION BY reports.snapshot_id, states.state_no, said(reports.reported_on_raw)) AS n_of_day
    FROM parsed.progress_rows AS reports
    INNER JOIN states USING (snapshot_id)
    INNER JOIN staging.current_versions AS current
        ON states.source_id = current.source_id AND states.project_id = current.project_id
),

known AS (
    SELECT
        *,
        CASE WHEN max(n_of_day) OVER (PARTITION BY place, reported_on_raw) > 1 THEN says END AS known_by
    FROM observed
),

counted AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY place, state_no, reported_on_raw, known_by ORDER BY report_no) AS repetition
    FROM known
),

merged AS (
    SELECT
        place,
        min((state_no, report_no)) AS first_place,
        max(report_no) FILTER (WHERE state_no = last_state_no) AS page_row_no,
        arg_max(snapshot_id, state_no) AS snapshot_id,
        arg_max(report_no, state_no) AS row_no,
        count(DISTINCT says) AS n_revisions,
        min(seen_from) AS first_seen_at,
        max(seen_until) AS last_seen_at
    FROM counted
    GROUP BY place, reported_on_raw, known_by, repetition
)

SELECT
    place,
    row_number() OVER (PARTITION BY place ORDER BY first_place) AS report_no,
    page_row_no,
    n_revisions,
    first_seen_at,
    last_seen_at,
    snapshot_id,
    row_no
FROM merged
