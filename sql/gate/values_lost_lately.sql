-- Projects that had this value a month ago and lost it through edits by the site: a few a night add up.
--
-- The release itself holds the history: every edit is in project_changes with the time it was seen, for any number of kept
-- releases; the first edit within the month has the value before, the last one the present value. lost_since is when a
-- person last accepted losses, or when the history begins. The words about progress appear and disappear regularly.
WITH changed AS (
    SELECT
        changes.source_id,
        changes.project_id,
        changes.field,
        arg_min(coalesce(changes.old, ''), (changes.version_no, changes.change_no)) AS old,
        arg_max(coalesce(changes.new, ''), (changes.version_no, changes.change_no)) AS new
    FROM candidate.project_changes AS changes
    SEMI JOIN published.projects AS known USING (source_id, project_id)
    WHERE
        changes.section = 'field'
        AND changes.field <> 'progress_note'
        AND changes.observed_at > getvariable('lost_since')::TIMESTAMPTZ
        AND changes.observed_at > (SELECT max(last_attempt_at) FROM candidate.page_status) - INTERVAL 30 DAY
    GROUP BY changes.source_id, changes.project_id, changes.field
),

lost AS (
    SELECT
        source_id,
        field,
        count(*) AS n
    FROM changed
    WHERE NOT is_empty(field, old) AND is_empty(field, new)
    GROUP BY source_id, field
)

SELECT
    lost.source_id,
    lost.field,
    lost.n,
    lost.n + coalesce(held.n, 0) AS total
FROM lost
LEFT JOIN filled('FROM candidate.projects', 'field') AS held USING (source_id, field)
ORDER BY lost.source_id, lost.field
