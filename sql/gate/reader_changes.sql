-- Values that the changed reader lost or reads differently, although the site did not edit them.
--
-- detail counts values that became null, that became readable and that differ.
SELECT
    source_id,
    field,
    n_lost + n_changed AS n,
    n_had AS total,
    concat_ws(' ', n_lost, n_read, n_changed) AS detail
FROM compared
WHERE whose = 'reader' AND n_had > 0
ORDER BY source_id, field
