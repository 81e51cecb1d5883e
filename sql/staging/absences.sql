-- Gaps in which a project was absent twice, an hour apart (404, or off a complete listing), so that it counts as vanished.
--
-- key: source_id, project_id, page_seen_at
--
-- A 404 counts at its own time, whatever run or import brought it. A complete listing without the project counts unless
-- its run asked for the page too, which is the stronger evidence. Between two presences (and after the last one) the
-- first absence that is at least an hour after the first of all closes the gap; where there is none vanished_at is null.
-- No project is compared with every listing: listings are numbered, so that a gap is a difference of two numbers.
WITH answered_runs AS (
    SELECT DISTINCT
        source_id,
        project_id,
        run_id
    FROM staging.visits
    WHERE outcome IN ('new', 'changed', 'unchanged', 'missing') AND project_id IS NOT NULL
),

gone AS (
    SELECT DISTINCT
        source_id,
        project_id,
        run_id,
        requested_at AS absent_at
    FROM staging.visits
    WHERE outcome = 'missing' AND project_id IS NOT NULL AND time_basis <> 'file'
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
        max(listing_no) AS listing_no,
        arg_max(run_id, listing_no) AS run_id
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

absences AS (
    SELECT
        gaps.source_id,
        gaps.project_id,
        gaps.present_at,
        gaps.page_seen_at,
        gaps.absent_up_to,
        complete.run_id AS listing_run_id,
        complete.listed_at AS absent_at
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
        gaps.source_id,
        gaps.project_id,
        gaps.present_at,
        gaps.page_seen_at,
        gaps.absent_up_to,
        NULL AS listing_run_id,
        gone.absent_at
    FROM gone
    ASOF INNER JOIN gaps
        ON
            gone.source_id = gaps.source_id
            AND gone.project_id = gaps.project_id
            AND gone.absent_at >= gaps.present_at
),

counting AS (
    SELECT absences.*
    FROM absences
    ANTI JOIN answered_runs
        ON
            absences.source_id = answered_runs.source_id
            AND absences.project_id = answered_runs.project_id
            AND absences.listing_run_id = answered_runs.run_id
    WHERE absences.page_seen_at IS NOT NULL
),

firsts AS (
    SELECT
        source_id,
        project_id,
        present_at,
        page_seen_at,
        absent_up_to,
        min(absent_at) AS first_absent_at
    FROM counting
    GROUP BY source_id, project_id, present_at, page_seen_at, absent_up_to
),

-- The listings above may all have been read within the hour.
off_a_later_listing AS (
    SELECT
        firsts.source_id,
        firsts.project_id,
        firsts.present_at,
        listing_times.listed_at AS absent_at
    FROM firsts
    ASOF INNER JOIN listing_times
        ON
            firsts.source_id = listing_times.source_id
            AND firsts.first_absent_at + INTERVAL 1 HOUR <= listing_times.listed_at
    ANTI JOIN answered_runs
        ON
            firsts.source_id = answered_runs.source_id
            AND firsts.project_id = answered_runs.project_id
            AND listing_times.run_id = answered_runs.run_id
    WHERE listing_times.listing_no <= firsts.absent_up_to
),

seconds AS (
    SELECT
        later.source_id,
        later.project_id,
        later.present_at,
        min(later.absent_at) AS vanished_at
    FROM (
        SELECT
            source_id,
            project_id,
            present_at,
            absent_at
        FROM counting
        UNION ALL
        FROM off_a_later_listing
    ) AS later
    INNER JOIN firsts
        ON
            later.source_id = firsts.source_id
            AND later.project_id = firsts.project_id
            AND later.present_at = firsts.present_at
    WHERE later.absent_at >= firsts.first_absent_at + INTERVAL 1 HOUR
    GROUP BY later.source_id, later.project_id, later.present_at
)

SELECT
    firsts.source_id,
    firsts.project_id,
    firsts.page_seen_at,
    min(firsts.first_absent_at) AS first_absent_at,
    min(seconds.vanished_at) AS vanished_at
FROM firsts
LEFT JOIN seconds
    ON
        firsts.source_id = seconds.source_id
        AND firsts.project_id = seconds.project_id
        AND firsts.present_at = seconds.present_at
GROUP BY firsts.source_id, firsts.project_id, firsts.page_seen_at
