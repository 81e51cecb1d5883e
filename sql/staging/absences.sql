-- Gaps in which a project was absent in two runs (404, or off a complete listing), so that it counts as vanished.
--
-- key: source_id, project_id, page_seen_at
--
-- Each run speaks once, by its strongest evidence: the page was seen; else it answered 404; else it was listed; else it
-- was off a complete listing. Between two presences (and after the last one) the runs that found the project absent are
-- counted; the second one closes it, and where there is none vanished_at is null. No project is compared with every
-- listing: listings are numbered, so that a gap is a difference of two numbers.
WITH seen_runs AS (
    SELECT DISTINCT
        source_id,
        project_id,
        run_id
    FROM staging.visits
    WHERE outcome IN ('new', 'changed', 'unchanged')
),

gone AS (
    SELECT
        source_id,
        project_id,
        run_id,
        min(requested_at) AS absent_at
    FROM staging.visits
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

listing_times AS (
    SELECT
        source_id,
        listed_at,
        max(listing_no) AS listing_no
    FROM staging.complete_listings
    GROUP BY source_id, listed_at
),

evidence AS (
    SELECT
        seen.source_id,
        seen.project_id,
        seen.seen_at AS present_at,
        seen.seen_at AS page_seen_at,
        coalesce(complete.listing_no, 0) AS listing_no,
        coalesce(complete.listing_no, 0) AS absent_up_to
    FROM staging.observations AS seen
    ASOF LEFT JOIN listing_times AS complete
        ON seen.source_id = complete.source_id AND seen.seen_at >= complete.listed_at
    UNION ALL
    SELECT
        listed.source_id,
        listed.project_id,
        listed.present_at,
        NULL AS page_seen_at,
        coalesce(complete.listing_no, earlier.listing_no, 0) AS listing_no,
        -- Its own listing did not miss it; an incomplete one has no number and stands after those before it.
        coalesce(complete.listing_no - 1, earlier.listing_no, 0) AS absent_up_to
    FROM listed
    LEFT JOIN staging.complete_listings AS complete
        ON listed.source_id = complete.source_id AND listed.run_id = complete.run_id
    ASOF LEFT JOIN listing_times AS earlier
        ON listed.source_id = earlier.source_id AND listed.present_at >= earlier.listed_at
),

-- What is told of one moment is one presence, or it would be chance which of two came first.
presences AS (
    SELECT
        source_id,
        project_id,
        present_at,
        max(page_seen_at) AS page_seen_at,
        max(listing_no) AS listing_no,
        min(absent_up_to) AS absent_up_to
    FROM evidence
    GROUP BY source_id, project_id, present_at
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
        to_next AS (PARTITION BY presences.source_id, presences.project_id ORDER BY presences.present_at),
        so_far AS (
            PARTITION BY presences.source_id, presences.project_id
            ORDER BY presences.present_at
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
        complete.listed_at AS off_listing_at,
        NULL AS page_gone_at
    FROM gaps
    INNER JOIN staging.complete_listings AS complete
        ON
            gaps.source_id = complete.source_id
            AND complete.listing_no > gaps.after_listing_no
            AND complete.listing_no <= gaps.absent_up_to
            -- One of them may belong to a run that saw the page before it read the listing.
            AND complete.listing_no <= gaps.after_listing_no + 3
    WHERE gaps.absent_up_to > gaps.after_listing_no
    UNION ALL
    SELECT
        gone.source_id,
        gone.project_id,
        gaps.present_at,
        gaps.page_seen_at,
        gone.run_id,
        NULL AS off_listing_at,
        gone.absent_at AS page_gone_at
    FROM gone
    ASOF INNER JOIN gaps
        ON
            gone.source_id = gaps.source_id
            AND gone.project_id = gaps.project_id
            AND gone.absent_at >= gaps.present_at
),

dated_runs AS (
    SELECT
        absent_runs.source_id,
        absent_runs.project_id,
        absent_runs.present_at,
        absent_runs.page_seen_at,
        absent_runs.run_id,
        coalesce(min(absent_runs.page_gone_at), min(absent_runs.off_listing_at)) AS absent_at
    FROM absent_runs
    ANTI JOIN seen_runs
        ON
            absent_runs.source_id = seen_runs.source_id
            AND absent_runs.project_id = seen_runs.project_id
            AND absent_runs.run_id = seen_runs.run_id
    WHERE absent_runs.page_seen_at IS NOT NULL
    GROUP BY ALL
),

numbered_runs AS (
    SELECT
        source_id,
        project_id,
        page_seen_at,
        absent_at,
        row_number() OVER (PARTITION BY source_id, project_id, present_at ORDER BY absent_at, run_id) AS absence_no
    FROM dated_runs
)

SELECT
    source_id,
    project_id,
    page_seen_at,
    min(absent_at) FILTER (WHERE absence_no = 1) AS first_absent_at,
    min(absent_at) FILTER (WHERE absence_no = 2) AS vanished_at
FROM numbered_runs
GROUP BY source_id, project_id, page_seen_at
