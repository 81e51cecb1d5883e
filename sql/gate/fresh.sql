-- The projects whose newest page says other things than in the published release.
--
-- Another capture alone is no news: a page that was broken for a night and is as before has a new one.
WITH contents AS (
    SELECT
        projects.source_id,
        projects.project_id,
        projects.snapshot_id,
        versions.content_sha256
    FROM candidate.projects AS projects
    INNER JOIN candidate.project_versions AS versions
        ON
            projects.source_id = versions.source_id
            AND projects.project_id = versions.project_id
            AND projects.n_versions = versions.version_no
),

published_contents AS (
    SELECT
        projects.source_id,
        projects.project_id,
        projects.snapshot_id,
        versions.content_sha256
    FROM published.projects AS projects
    INNER JOIN published.project_versions AS versions
        ON
            projects.source_id = versions.source_id
            AND projects.project_id = versions.project_id
            AND projects.n_versions = versions.version_no
)

SELECT
    contents.source_id,
    contents.project_id
FROM contents
ANTI JOIN published_contents AS known
    ON
        contents.source_id = known.source_id
        AND contents.project_id = known.project_id
        AND (contents.snapshot_id = known.snapshot_id OR contents.content_sha256 = known.content_sha256)
