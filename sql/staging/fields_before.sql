-- The last capture before each version but the first that showed a project's label/value rows whole, and its progress.
--
-- key: source_id, project_id, version_no
--
-- Captures of one moment are in the order of their snapshots, as they are in versions.
WITH started AS (
    SELECT
        source_id,
        project_id,
        version_no,
        row(valid_from, snapshot_id) AS seen
    FROM staging.versions
    WHERE version_no > 1
),

states AS (
    SELECT
        source_id,
        project_id,
        snapshot_id,
        row(seen_from, snapshot_id) AS seen
    FROM staging.section_states
    WHERE section = 'field'
)

SELECT
    started.source_id,
    started.project_id,
    started.version_no,
    states.snapshot_id,
    pages.progress_pct
FROM started
ASOF INNER JOIN states
    ON started.source_id = states.source_id AND started.project_id = states.project_id AND started.seen > states.seen
INNER JOIN parsed.pages AS pages USING (snapshot_id)
