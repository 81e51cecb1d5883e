-- The last harvest of each source from each web archive: how many captures the archive's index names, and how many are held.
--
-- A harvest may have asked for some months only; then it lists the captures of those months. A harvest that could not ask
-- the index lists no captures, which says nothing about the archive.
SELECT
    harvested_source_id AS source_id,
    harvested_from AS archive,
    iso(coalesce(started_at, try_strptime(run_id, '%Y%m%dT%H%M%SZ')::TIMESTAMPTZ)) AS started_at,
    iso(captures_from) AS captures_from,
    iso(captures_to) AS captures_to,
    n_captures_listed AS n_listed,
    n_captures_held AS n_held
FROM candidate.runs
WHERE harvested_from IS NOT NULL AND n_captures_listed > 0
QUALIFY row_number() OVER (PARTITION BY harvested_source_id, harvested_from ORDER BY run_id DESC) = 1
ORDER BY source_id, archive
