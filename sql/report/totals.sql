-- The size of the release, and how its projects differ from those of the published release.
SELECT
    (SELECT count(*) FROM candidate.projects) AS n_projects,
    (SELECT count(*) FROM candidate.projects WHERE status = 'listed') AS n_listed,
    (SELECT count(*) FROM candidate.projects WHERE status = 'vanished') AS n_vanished,
    (SELECT count(*) FROM candidate.projects WHERE is_invented) AS n_invented,
    (SELECT count(*) FROM candidate.projects WHERE is_truncated) AS n_truncated,
    (
        SELECT count(*)
        FROM candidate.projects AS now
        ANTI JOIN published.projects AS old USING (source_id, project_id)
    ) AS n_added
