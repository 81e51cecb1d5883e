-- The reports of every project whose page was seen in more than one version, each once, with its newest wording.
--
-- key: source_id, project_id, report_no
-- columns:
--   place = staging.newest
--   source_id = progress_history
--   project_id = progress_history
--   report_no = progress_history
--   page_row_no = progress_history
--   reported_on = progress_history
--   reported_on_raw = progress_history
--   progress_pct = progress_history
--   progress_pct_raw = progress_history
--   status_code = progress_history
--   problem = progress_history
--   detail = progress_history
--   detail_date = progress_history
--   n_wordings = progress_history
--   first_seen_at = progress_history
--   last_seen_at = progress_history
--   snapshot_id = progress_history
--
-- A report is known by its day and its repetition among the reports of that day: it may move, and may be reworded. A
-- cell that is "not set" on one page and empty on another is no other wording: extracted text cannot tell the two.
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
        reported_on_raw,
        occurrence,
        min((version_no, report_no)) AS first_place,
        max(report_no) FILTER (WHERE version_no = n_versions) AS page_row_no,
        max(version_no) AS version_no,
        count(
            DISTINCT concat_ws(
                chr(31),
                coalesce(progress_pct_raw, ''),
                coalesce(status_code, ''),
                coalesce(problem, ''),
                coalesce(detail, '')
            )
        ) AS n_wordings,
        min(valid_from) AS first_seen_at,
        max(last_seen_at) AS last_seen_at
    FROM observed
    GROUP BY place, reported_on_raw, occurrence
)

SELECT
    newest.place,
    newest.source_id,
    newest.project_id,
    row_number() OVER (PARTITION BY merged.place ORDER BY merged.first_place) AS report_no,
    merged.page_row_no,
    newest.reported_on,
    newest.reported_on_raw,
    newest.progress_pct,
    newest.progress_pct_raw,
    newest.status_code,
    newest.problem,
    newest.detail,
    newest.detail_date,
    merged.n_wordings,
    merged.first_seen_at,
    merged.last_seen_at,
    newest.snapshot_id
FROM merged
INNER JOIN observed AS newest
    ON
        merged.place = newest.place
        AND merged.version_no = newest.version_no
        AND merged.reported_on_raw IS NOT DISTINCT FROM newest.reported_on_raw
        AND merged.occurrence = newest.occurrence
