-- Each reading of a site's listing that named projects, and whether it named them all.
--
-- key: source_id, run_id
--
-- A listing that names fewer projects than its own summary promises is not complete, whatever the fetcher thought. Nor is
-- one that contradicts itself: it names a project whose page the site did not have in the same run, and lacks one whose
-- page was there at its last answer. It is a list of another day, and says nothing about what it does not name.
WITH stale AS (
    SELECT
        visits.source_id,
        visits.run_id,
        max(visits.requested_at) AS visited_at
    FROM staging.visits AS visits
    SEMI JOIN (
        SELECT
            gone.source_id,
            gone.run_id
        FROM staging.visits AS gone
        SEMI JOIN staging.listed AS listing
            ON
                gone.source_id = listing.source_id
                AND gone.run_id = listing.run_id
                AND gone.project_id = listing.project_id
        WHERE gone.outcome = 'missing'
    ) AS named_yet_gone
        ON visits.source_id = named_yet_gone.source_id AND visits.run_id = named_yet_gone.run_id
    GROUP BY visits.source_id, visits.run_id
),

answers AS (
    SELECT
        source_id,
        project_id,
        requested_at AS answered_at,
        bool_or(outcome <> 'missing') AS is_there
    FROM staging.visits
    WHERE project_id IS NOT NULL AND outcome IN ('new', 'changed', 'unchanged', 'missing')
    GROUP BY source_id, project_id, requested_at
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
    INNER JOIN known ON stale.source_id = known.source_id
    ASOF INNER JOIN answers
        ON
            known.source_id = answers.source_id
            AND known.project_id = answers.project_id
            AND stale.visited_at >= answers.answered_at
    ANTI JOIN staging.listed AS listing
        ON
            stale.source_id = listing.source_id
            AND stale.run_id = listing.run_id
            AND known.project_id = listing.project_id
    WHERE answers.is_there
),

named AS (
    SELECT
        source_id,
        run_id,
        max(seen_at) AS listed_at,
        count(DISTINCT project_id) AS n_projects,
        max(stated_total) AS stated_total,
        bool_and(is_complete) AS is_complete
    FROM staging.listed
    GROUP BY source_id, run_id
)

SELECT
    named.* EXCLUDE (is_complete),
    named.is_complete
    AND named.n_projects >= coalesce(named.stated_total, 0)
    AND contradicted.run_id IS NULL AS is_complete
FROM named
LEFT JOIN contradicted ON named.source_id = contradicted.source_id AND named.run_id = contradicted.run_id
