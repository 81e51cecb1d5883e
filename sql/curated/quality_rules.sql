-- The catalogue of issue codes: what each means and what a steward should do about it.
--
-- key: code
-- warning: n_issues 0 means that the newest pages have no issue of this kind, not that there never was one.
-- columns:
--   code: kind of issue
--   severity: `error` (value or page lost), `warning` (value doubtful) or `info` (noteworthy)
--   raised_by: `parser` for checks of one page, `sql/quality` for checks across pages and runs
--   title_th: name in Thai
--   title_en: name in English
--   advice_th: what to do, in Thai
--   advice_en: what to do, in English
--   message_th: what each issue of the kind says in Thai; {label}, {raw} and {row} are replaced by its label, raw text and ordinal
--   n_issues: open issues of this kind in this release | unit issues
WITH issue_counts AS (
    SELECT
        code,
        count(*) AS n_issues
    FROM quality_issues
    GROUP BY code
)

SELECT
    rules.*,
    coalesce(issue_counts.n_issues, 0) AS n_issues
FROM input.rules AS rules
LEFT JOIN issue_counts USING (code)
