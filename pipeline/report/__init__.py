"""The reports in a release: quality.json for machines, quality.html, explorer.html and Markdown for people.

Does: reads the release by the SELECTs of sql/report/ and shows it, offline, in Thai and English.
Never: judges (the gate does), reads anything but the release and the one before it.

- records: one record type for each SELECT
- data: the rows of all of them
- document: quality.json
- explorer_page: explorer.html, out of the SELECTs of sql/explorer/
- quality_page: quality.html and the Markdown summary
- page: a page as one file, under a policy that lets nothing else run
- packing: the data that a page carries for its script
- page_issues: the issues packed for the page
- charts: inline SVG
- inert_page: an archived page without anything active, beside the report
- work_list: the issues that a steward asked about or accepted
- release_list: the list of releases for a terminal
- templates/: HTML, CSS, scripts (a noun each, put together in pipeline/report/*_page.py) and Markdown
"""
