-- The size of the release, and how its projects differ from those of the release before.
SELECT
    (SELECT count(*) FROM here.projects) AS n_projects,
    (SELECT count(*) FROM here.projects WHERE status = 'listed') AS n_listed,
    (SELECT count(*) FROM here.projects WHERE status = 'vanished') AS n_vanished,
    (SELECT count(*) FROM here.projects WHERE is_invented) AS n_invented,
    (SELECT count(*) FROM here.projects WHERE is_truncated) AS n_truncated,
    (
        SELECT count(*)
        FROM here.projects AS now
        ANTI JOIN before.projects AS old ON now.source_id = old.source_id AND now.project_id = old.project_id
    ) AS n_added
