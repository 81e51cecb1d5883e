-- Every distinct content of a page that was observed, with the time from which and to which it was seen: a slowly changing dimension of type 2.
--
-- key: source_id, project_id, version_no
-- references: source_id, project_id -> projects
-- warning: valid_from is when the content was first observed, not when the agency wrote it; the edit lies between previous_seen_at and valid_from.
-- warning: a version without valid_to is the newest one known, not necessarily what the site says today; see last_seen_at.
-- columns:
--   source_id = projects
--   project_id = projects
--   version_no: number of the version in time order, from 1
--   valid_from: when this content was first observed | unit UTC timestamp
--   valid_to: when other content, or the second confirmed absence, was observed | unit UTC timestamp | null for the newest version of a project that has not vanished
--   last_seen_at: when this content was last observed | unit UTC timestamp
--   previous_seen_at: when the version before it was last observed | unit UTC timestamp | null for the first version
--   is_current: true for the newest version of a project that has not vanished
--   is_vanished: true where the version ended because the project vanished
--   is_reappearance: true where the project came back after it had vanished
--   is_transient: true where a value went away and came back unchanged, so the edit may be an error of the site
--   n_changes: rows of project_changes | unit changes
--   n_observations: how often this content was observed | unit observations
--   returns_to_version_no: the first earlier version with the same content | null where there is none
--   fields_state: how completely its page shows the label/value rows: `present`, `empty`, `absent`, `unreadable` or `cut`; only the first two are compared
--   months_state: the same of the month rows
--   updates_state: the same of the page's own edit log
--   reports_state: the same of the progress reports
--   time_basis: where the time of its page comes from: `protocol` (fetch or web archive), `stated` (the saved page), `given` (`import --captured-at`) or `file` (the date of a file)
--   archive_url: address of its page in the web archive that it was harvested from, to cite beside the address of the city | null where it was fetched from the site or imported from a file
--   content_sha256: fingerprint over labels, values and tables of the page
--   snapshot_id: the archived page with this content
WITH change_counts AS (
    SELECT
        source_id,
        project_id,
        version_no,
        count(*) AS n_changes,
        bool_or(is_transient) AS is_transient
    FROM staging.changed_cells
    GROUP BY source_id, project_id, version_no
),

returns AS (
    SELECT
        source_id,
        project_id,
        version_no,
        min(version_no) OVER (PARTITION BY source_id, project_id, content) AS returns_to_version_no
    FROM staging.versions
    WHERE n_versions > 1
)

SELECT
    versions.* EXCLUDE (content, vanished_at, next_valid_from, previous_snapshot_id, n_versions),
    coalesce(versions.vanished_at, versions.next_valid_from) AS valid_to,
    versions.version_no = versions.n_versions AND versions.vanished_at IS NULL AS is_current,
    versions.vanished_at IS NOT NULL AS is_vanished,
    coalesce(change_counts.is_transient, false) AS is_transient,
    coalesce(change_counts.n_changes, 0) AS n_changes,
    nullif(returns.returns_to_version_no, versions.version_no) AS returns_to_version_no,
    captures.fields_state,
    captures.months_state,
    captures.updates_state,
    captures.reports_state,
    captures.time_basis,
    captures.archive_url,
    captures.content_sha256
FROM staging.versions AS versions
LEFT JOIN returns USING (source_id, project_id, version_no)
LEFT JOIN change_counts USING (source_id, project_id, version_no)
INNER JOIN staging.captures AS captures USING (snapshot_id)
