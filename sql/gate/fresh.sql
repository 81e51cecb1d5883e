-- The projects whose content on the site has changed since the published release was built, in that release or not.
--
-- The present content is compared with the content that this release holds for the moment at which the published one saw
-- the page last: one reader read both, so a changed reader does not make a page fresh, and neither does a page that was
-- broken for a night and is as before. An imported capture older than that moment does not count either.
WITH contents AS (
    SELECT
        source_id,
        project_id,
        version_no,
        valid_from,
        coalesce(returns_to_version_no, version_no) AS content_no
    FROM candidate.project_versions
)

SELECT
    contents.source_id,
    contents.project_id,
    bool_or(known.project_id IS NOT NULL) AS is_known
FROM contents
LEFT JOIN published.projects AS known USING (source_id, project_id)
GROUP BY contents.source_id, contents.project_id
HAVING
    arg_max(contents.content_no, contents.version_no) IS DISTINCT FROM
    arg_max(contents.content_no, contents.version_no) FILTER (contents.valid_from <= known.last_seen_at)
