-- The edits, newest first, and when each was made: between the previous capture and the one that shows it. Long texts are
-- cut; project_changes has them whole.
SELECT
    places.place,
    epoch(changes.observed_at)::BIGINT AS seen_at,
    epoch(versions.previous_seen_at)::BIGINT AS seen_before_at,
    changes.label,
    changes.row_label,
    changes.change_type AS type,
    CASE WHEN length(changes.old) > 80 THEN left(changes.old, 80) || '…' ELSE changes.old END AS old,
    CASE WHEN length(changes.new) > 80 THEN left(changes.new, 80) || '…' ELSE changes.new END AS new,
    changes.is_after_completion AS after_completion,
    versions.time_basis
FROM places
INNER JOIN project_changes AS changes USING (source_id, project_id)
INNER JOIN project_versions AS versions USING (source_id, project_id, version_no)
ORDER BY places.place, changes.version_no DESC, changes.change_no
