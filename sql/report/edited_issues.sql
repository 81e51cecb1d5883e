-- What was edited, for the issues about an edit: the first eight cells of n_edits, numbers and days first, long texts cut.
--
-- Such an issue begins with the version that has the edit. One about a single cell has its label and its text before.
WITH edits AS (
    SELECT
        issues.issue_no,
        changes.*
    FROM candidate.quality_issues AS issues
    INNER JOIN candidate.project_versions AS versions
        ON
            issues.source_id = versions.source_id
            AND issues.project_id = versions.project_id
            AND issues.snapshot_id = versions.snapshot_id
            AND issues.first_seen_at = versions.valid_from
    INNER JOIN candidate.project_changes AS changes
        ON
            versions.source_id = changes.source_id
            AND versions.project_id = changes.project_id
            AND versions.version_no = changes.version_no
    WHERE
        issues.code = 'edited_after_completion'
        OR (
            issues.code IN ('report_changed_later', 'value_disappeared_briefly')
            AND issues.label = changes.label
            AND issues.raw IS NOT DISTINCT FROM changes.old
            AND (
                issues.code <> 'report_changed_later'
                OR issues.message ^@ ('report of ' || coalesce(changes.row_label, 'no date'))
            )
        )
)

SELECT
    issue_no,
    count(*) AS n_edits,
    list(
        struct_pack(
            label := label,
            row_label := row_label,
            old := CASE WHEN length(old) > 200 THEN left(old, 200) || '…' ELSE old END,
            new := CASE WHEN length(new) > 200 THEN left(new, 200) || '…' ELSE new END
        )
        ORDER BY
            coalesce(old_value, new_value) IS NULL AND coalesce(old_date, new_date) IS NULL,
            section,
            change_no
    )[:8] AS edits
FROM edits
GROUP BY issue_no
ORDER BY issue_no
