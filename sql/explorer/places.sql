-- The projects of the explorer page in their order, which the other queries of this directory use.
SELECT
    row_number() OVER (ORDER BY project_id) - 1 AS place,
    source_id,
    project_id,
    snapshot_id
FROM projects_unique
