-- The imports that were withdrawn since the published release was built.
SELECT run_id
FROM candidate.runs
WHERE withdrawn_by IS NOT NULL
EXCEPT
SELECT run_id
FROM published.runs
WHERE withdrawn_by IS NOT NULL
