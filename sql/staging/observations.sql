-- Every moment at which a project page was seen with some content: captured, or found unchanged.
--
-- key: source_id, project_id, seen_at, snapshot_id
--
-- An unchanged page has no body of its own. It stands for the last capture with the same logged fingerprint before it,
-- or, when older captures were imported later, for the first one after it. Going through the capture keeps the history
-- right when a changed reader gives every page another fingerprint.
WITH unchanged AS (
    SELECT DISTINCT
        source_id,
        project_id,
        requested_at AS seen_at,
        content_sha256 AS logged_sha256
    FROM staging.visits
    WHERE outcome = 'unchanged' AND project_id IS NOT NULL
),

unchanged_captures AS (
    SELECT *
    FROM staging.captures
    SEMI JOIN unchanged USING (source_id, project_id, logged_sha256)
),

first_captures AS (
    SELECT
        source_id,
        project_id,
        logged_sha256,
        arg_min(snapshot_id, (captured_at, snapshot_id)) AS snapshot_id,
        arg_min(content_sha256, (captured_at, snapshot_id)) AS content_sha256
    FROM unchanged_captures
    GROUP BY source_id, project_id, logged_sha256
),

-- Of captures at one moment the last by its id, as everywhere; joined as they are, chance would choose.
moments AS (
    SELECT *
    FROM unchanged_captures
    QUALIFY
        row_number() OVER (
            PARTITION BY source_id, project_id, logged_sha256, captured_at ORDER BY snapshot_id DESC
        ) = 1
),

traced AS (
    SELECT
        unchanged.source_id,
        unchanged.project_id,
        unchanged.seen_at,
        coalesce(captures.snapshot_id, first_captures.snapshot_id) AS snapshot_id,
        coalesce(captures.content_sha256, first_captures.content_sha256) AS content_sha256
    FROM unchanged
    INNER JOIN first_captures
        ON
            unchanged.source_id = first_captures.source_id
            AND unchanged.project_id = first_captures.project_id
            AND unchanged.logged_sha256 = first_captures.logged_sha256
    ASOF LEFT JOIN moments AS captures
        ON
            unchanged.source_id = captures.source_id
            AND unchanged.project_id = captures.project_id
            AND unchanged.logged_sha256 = captures.logged_sha256
            AND unchanged.seen_at >= captures.captured_at
)

SELECT
    source_id,
    project_id,
    captured_at AS seen_at,
    snapshot_id,
    content_sha256
FROM staging.captures
UNION ALL BY NAME
FROM traced
