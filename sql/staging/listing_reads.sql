-- Each reading of a site's listing that named projects, and whether it named them all.
--
-- key: source_id, run_id
--
-- A listing that names fewer projects than its own summary promises is not complete, whatever the fetcher thought. Nor is
-- one that contradicts the pages: it names a project whose page was missing in the same run, and omits a project whose page
-- existed at its last answer. Such a listing is out of date, and does not count for the projects that it omits.
WITH readings AS (
    SELECT
        source_id,
        run_id,
        listed_at,
        n_listed AS n_projects,
        stated_total,
        is_complete,
        last_visit_at
    FROM parsed.run_visits
    WHERE listed_at IS NOT NULL
),

named_yet_gone AS (
    SELECT DISTINCT
        readings.source_id,
        readings.run_id
    FROM staging.visits AS gone
    INNER JOIN readings USING (source_id, run_id)
    SEMI JOIN parsed.listed AS listed
        ON
            gone.source_id = listed.source_id
            AND gone.project_id = listed.project_id
            AND (readings.listed_at, readings.run_id) >= (listed.first_at, listed.first_run_id)
            AND (readings.listed_at, readings.run_id) <= (listed.last_at, listed.last_run_id)
    WHERE gone.outcome = 'missing'
),

stale AS (
    SELECT
        source_id,
        run_id,
        listed_at,
        last_visit_at AS visited_at
    FROM readings
    SEMI JOIN named_yet_gone USING (source_id, run_id)
),

answers AS (
    SELECT
        source_id,
        project_id,
        first_at AS answered_at,
        bool_or(outcome <> 'missing') AS is_there
    FROM staging.visits
    WHERE project_id IS NOT NULL AND outcome IN ('new', 'changed', 'unchanged', 'missing')
    GROUP BY source_id, project_id, first_at
),

known AS (
    SELECT DISTINCT
        source_id,
        project_id
    FROM answers
    WHERE is_there
),

contradicted AS (
    SELECT DISTINCT
        stale.source_id,
        stale.run_id
    FROM stale
    INNER JOIN known USING (source_id)
    ASOF INNER JOIN answers
        ON
            known.source_id = answers.source_id
            AND known.project_id = answers.project_id
            AND stale.visited_at >= answers.answered_at
    ANTI JOIN parsed.listed AS listed
        ON
            stale.source_id = listed.source_id
            AND known.project_id = listed.project_id
            AND (stale.listed_at, stale.run_id) >= (listed.first_at, listed.first_run_id)
            AND (stale.listed_at, stale.run_id) <= (listed.last_at, listed.last_run_id)
    WHERE answers.is_there
)

SELECT
    readings.* EXCLUDE (is_complete, last_visit_at),
    readings.is_complete
    AND readings.n_projects >= coalesce(readings.stated_total, 0)
    AND contradicted.run_id IS NULL AS is_complete
FROM readings
LEFT JOIN contradicted USING (source_id, run_id)
