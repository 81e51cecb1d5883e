-- Every run: when it ran, how it ended, and what it fetched.
--
-- key: run_id
-- warning: an import carries the time of the import here; the captures it brought have their own times.
-- warning: a withdrawn import has only this row left; its counts say what it brought, not what other tables hold.
-- columns:
--   run_id: start of the run in UTC
--   started_at: when it began | unit UTC timestamp | null where no run record was kept
--   finished_at: when it ended | unit UTC timestamp | null where it is still running, was cut short or kept no record
--   duration_s: how long it took | unit seconds | null where it has no end
--   status: how it ended; `running` for the run that made this release, which ends after it | null where no run record was kept
--   command: what was run, such as `refresh`, `import` or `harvest` | null where no run record was kept
--   harvested_from: the web archive that a harvest asked | null for every other run
--   harvested_source_id: the source whose pages it asked for | null for every other run
--   n_captures_listed: captures of project pages that the archive's index names, without redirects and errors | unit captures | null for every other run
--   n_captures_held: how many of the listed captures are in data/raw after it | unit captures | null for every other run
--   captures_from: when the first listed capture was made | unit UTC timestamp | null where there are none
--   captures_to: when the last listed capture was made | unit UTC timestamp | null where there are none
--   withdrawn_by: the run that withdrew this import, whose rows then do not count | null where it was not withdrawn
--   n_attempts: rows of its fetch log | unit attempts
--   n_new: pages seen for the first time | unit pages
--   n_changed: pages with other content than before | unit pages
--   n_unchanged: pages with the same content as before | unit pages
--   n_missing: pages the site says it does not have | unit pages
--   n_failed: pages without a usable answer | unit pages
--   n_refused: pages the site or robots.txt refused, and captures of which a web archive gave something else | unit pages
--   n_listed: projects its listing named | unit projects
--   counts: further counts of the run record, as JSON | null where it holds none
--   durations: seconds of each stage of the run record, as JSON | null where it holds none
WITH fetched AS (
    SELECT
        run_id,
        sum(COLUMNS('^n_'))::BIGINT
    FROM parsed.run_visits
    GROUP BY run_id
),

withdrawn AS (
    SELECT
        withdraws AS run_id,
        min(run_id) AS withdrawn_by
    FROM parsed.run_visits
    WHERE withdraws IS NOT NULL
    GROUP BY withdraws
),

known AS (
    SELECT run_id FROM input.runs
    UNION
    SELECT run_id FROM fetched
)

SELECT
    known.run_id,
    runs.started_at,
    runs.finished_at,
    epoch(runs.finished_at - runs.started_at) AS duration_s,
    runs.status,
    runs.command,
    runs.harvest ->> 'archive' AS harvested_from,
    runs.harvest ->> 'source_id' AS harvested_source_id,
    (runs.harvest ->> 'n_listed')::BIGINT AS n_captures_listed,
    (runs.harvest ->> 'n_held')::BIGINT AS n_captures_held,
    (runs.harvest ->> 'captures_from')::TIMESTAMPTZ AS captures_from,
    (runs.harvest ->> 'captures_to')::TIMESTAMPTZ AS captures_to,
    withdrawn.withdrawn_by,
    coalesce(COLUMNS(fetched.* EXCLUDE (run_id)), 0),
    runs.counts,
    runs.durations
FROM known
LEFT JOIN input.runs AS runs USING (run_id)
LEFT JOIN fetched USING (run_id)
LEFT JOIN withdrawn USING (run_id)
