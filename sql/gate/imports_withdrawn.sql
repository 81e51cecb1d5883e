-- Projects that the published release shows with content of an import that has been withdrawn since.
SELECT
    published.source_id,
    count(withdrawn.run_id) AS n,
    count(*) AS total,
    string_agg(DISTINCT withdrawn.run_id, ', ' ORDER BY withdrawn.run_id) AS detail
FROM published.projects AS published
LEFT JOIN withdrawn ON published.warc_file ^@ withdrawn.run_id
GROUP BY published.source_id
ORDER BY published.source_id
