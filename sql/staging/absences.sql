-- Gaps in which a project was absent in two runs (404, or off a complete listing), so that it counts as vanished.
--
-- Presence is a page that was seen, or an entry of a listing unless the same run found the page gone. Between two
-- presences (and after the last one) the runs that found the project absent are counted; the second one closes it.
-- No project is compared with every listing: listings are numbered, so that a gap is a difference of two numbers.
WITH gone AS (
    SELECT
        source_id,
        project_id,
        run_id,
        min(requested_at) AS absent_at
    FROM staging.attempts
    WHERE outcome = 'missing' AND project_id IS NOT NULL
    GROUP BY source_id, project_id, run_id
),

listed AS (
    SELECT
        listing.source_id,
        listing.project_id,
        listing.run_id,
        min(listing.seen_at) AS present_at
    FROM parsed.listing AS listing
    ANTI JOIN gone
        ON
            listing.source_id = gone.source_id
            AND listing.project_id = gone.project_id
            AND listing.run_id = gone.run_id
    GROUP BY listing.source_id, listing.project_id, listing.run_id
),

seen AS (
    SELECT DISTINCT
        source_id,
        project_id,
        seen_at AS present_at
    FROM staging.sightings
),

presences AS (
    SELECT
        seen.source_id,
        seen.project_id,
        seen.present_at,
        seen.present_at AS page_seen_at,
        coalesce(complete.listing_no, 0) AS listing_no,
        coalesce(complete.listing_no, 0) AS absent_up_to
    FROM seen
    ASOF LEFT JOIN staging.complete_listings AS complete
        ON seen.source_id = complete.source_id AND seen.present_at >= complete.listed_at
    UNION ALL
    SELECT
        listed.source_id,
        listed.project_id,
        listed.present_at,
        NULL AS page_seen_at,
        coalesce(complete.listing_no, 0) AS listing_no,
        coalesce(complete.listing_no, 1) - 1 AS absent_up_to
    FROM listed
    LEFT JOIN staging.complete_listings AS complete
        ON listed.source_id = complete.source_id AND listed.run_id = complete.run_id
),

last_listings AS (
    SELECT
        source_id,
        max(listing_no) AS listing_no
    FROM staging.complete_listings
    GROUP BY source_id
),

gaps AS (
    SELECT
        presences.source_id,
        presences.project_id,
        presences.present_at,
        lead(presences.present_at) OVER to_next AS next_present_at,
        max(presences.page_seen_at) OVER so_far AS page_seen_at,
        max(presences.listing_no) OVER so_far AS after_listing_no,
        coalesce(lead(presences.absent_up_to) OVER to_next, last_listings.listing_no, 0) AS absent_up_to
    FROM presences
    LEFT JOIN last_listings ON presences.source_id = last_listings.source_id
    WINDOW
        to_next AS (
            PARTITION BY presences.source_id, presences.project_id
            ORDER BY presences.present_at, presences.listing_no
        ),
        so_far AS (
            PARTITION BY presences.source_id, presences.project_id
            ORDER BY presences.present_at, presences.listing_no
            ROWS UNBOUNDED PRECEDING
        )
),

absent_runs AS (
    SELECT
        gaps.source_id,
        gaps.project_id,
        gaps.present_at,
        gaps.page_seen_at,
        complete.run_id,
        complete.listed_at AS absent_at
    FROM gaps
    INNER JOIN staging.complete_listings AS complete
        ON
            gaps.source_id = complete.source_id
            AND complete.listing_no > gaps.after_listing_no
            AND complete.listing_no <= gaps.absent_up_to
            AND complete.listing_no <= gaps.after_listing_no + 2
    WHERE gaps.absent_up_to > gaps.after_listing_no
    UNION ALL
    SELECT
        gone.source_id,
        gone.project_id,
        gaps.present_at,
        gaps.page_seen_at,
        gone.run_id,
        gone.absent_at
    FROM gone
    ASOF INNER JOIN gaps
        ON
            gone.source_id = gaps.source_id
            AND gone.project_id = gaps.project_id
            AND gone.absent_at >= gaps.present_at
),

numbered_runs AS (
    SELECT
        source_id,
        project_id,
        present_at,
        page_seen_at,
        min(absent_at) AS absent_at,
        row_number() OVER (
            PARTITION BY source_id, project_id, present_at ORDER BY min(absent_at), run_id
        ) AS absence_no
    FROM absent_runs
    WHERE page_seen_at IS NOT NULL
    GROUP BY source_id, project_id, present_at, page_seen_at, run_id
)

SELECT
    source_id,
    project_id,
    page_seen_at,
    min(absent_at) FILTER (WHERE absence_no = 1) AS first_absent_at,
    min(absent_at) FILTER (WHERE absence_no = 2) AS vanished_at
FROM numbered_runs
GROUP BY source_id, project_id, page_seen_at
