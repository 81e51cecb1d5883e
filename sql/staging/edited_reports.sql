-- Where the newest revision of each report stands, of every project whose page was seen in more than one version.
--
-- key: place, report_no
--
-- A report is known by its day and its repetition among the reports of that day: it may move, and may be reworded. A
-- cell that is "not set" on one page and empty on another is no other revision: extracted text cannot tell the two.
WITH observed AS (
    SELECT
        current.place,
        reports.snapshot_id,
        reports.report_no,
        reports.reported_on_raw,
        reports.progress_pct_raw,
        reports.status_code,
        reports.problem,
        reports.detail,
        versions.version_no,
        versions.n_versions,
        versions.valid_from,
        versions.last_seen_at,
        row_number() OVER (
            PARTITION BY reports.snapshot_id, versions.version_no, reports.reported_on_raw ORDER BY reports.report_no
        ) AS occurrence
    FROM parsed.progress_rows AS reports
    INNER JOIN staging.versions AS versions ON reports.snapshot_id = versions.snapshot_id
    INNER JOIN staging.current_versions AS current
        ON versions.source_id = current.source_id AND versions.project_id = current.project_id
    WHERE versions.n_versions > 1
),

merged AS (
    SELECT
        place,
        reported_on_raw,
        occurrence,
        min((version_no, report_no)) AS first_place,
        max(report_no) FILTER (WHERE version_no = n_versions) AS page_row_no,
        arg_max(snapshot_id, version_no) AS snapshot_id,
        arg_max(report_no, version_no) AS row_no,
        count(
            DISTINCT concat_ws(
                chr(31),
                coalesce(progress_pct_raw, ''),
                coalesce(status_code, ''),
                coalesce(problem, ''),
                coalesce(detail, '')
            )
        ) AS n_revisions,
        min(valid_from) AS first_seen_at,
        max(last_seen_at) AS last_seen_at
    FROM observed
    GROUP BY place, reported_on_raw, occurrence
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
