-- The reports of every project whose page was seen in more than one version, each once, with its newest wording.
--
-- A report is known by its day and its repetition among the reports of that day: it may move, and may be reworded.
WITH observed AS (
    SELECT
        newest.place,
        reports.*,
        versions.version_no,
        versions.n_versions,
        versions.valid_from,
        versions.last_seen_at,
        row_number() OVER (
            PARTITION BY reports.snapshot_id, versions.version_no, reports.reported_on_raw ORDER BY reports.report_no
        ) AS occurrence
    FROM parsed.progress_rows AS reports
    INNER JOIN staging.versions AS versions ON reports.snapshot_id = versions.snapshot_id
    INNER JOIN staging.newest AS newest
        ON versions.source_id = newest.source_id AND versions.project_id = newest.project_id
    WHERE versions.n_versions > 1
),

merged AS (
    SELECT
        place,
        source_id,
        project_id,
        reported_on_raw,
        min((version_no, report_no)) AS first_place,
        max(report_no) FILTER (WHERE version_no = n_versions) AS page_row_no,
        max_by(
            {
                'reported_on': reported_on,
                'progress_pct': progress_pct,
                'progress_pct_raw': progress_pct_raw,
                'status_code': status_code,
                'problem': problem,
                'detail': detail,
                'detail_date': detail_date,
                'snapshot_id': snapshot_id
            },
            version_no
        ) AS newest,
        count(DISTINCT concat_ws(chr(31), progress_pct_raw, status_code, problem, detail)) AS n_wordings,
        min(valid_from) AS first_seen_at,
        max(last_seen_at) AS last_seen_at
    FROM observed
    GROUP BY place, source_id, project_id, reported_on_raw, occurrence
)

SELECT
    place,
    source_id,
    project_id,
    row_number() OVER (PARTITION BY place ORDER BY first_place) AS report_no,
    page_row_no,
    newest.reported_on,
    reported_on_raw,
    newest.progress_pct,
    newest.progress_pct_raw,
    newest.status_code,
    newest.problem,
    newest.detail,
    newest.detail_date,
    n_wordings,
    first_seen_at,
    last_seen_at,
    newest.snapshot_id
FROM merged
