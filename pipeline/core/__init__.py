"""What every room needs and no room owns: settings, log, time, files, signals, errors.

Does: small things in one way each.
Never: knows what a page, a segment or a release is.

- settings, settings_file, settings_values, settings_toml: declared, read, kinds of values, printed
- log: what a run says while it goes on
- text: what a terminal may see
- site_urls: the addresses of the site's pages
- content_coding: what a Content-Encoding header names
- time: the clock and run ids
- thai_time: moments as people in Bangkok write them
- files: written aside, brought to the disk, renamed
- checked_json: objects that name their own digest
- contents: what a directory of disposable files holds
- arrow_schema: records → Arrow and DuckDB columns
- sql_text: texts in SQL
- signals: Ctrl-C and SIGTERM in good order
- memory: kept by a process for the next page
- worker_process: work that may hang or crash, in a process of its own
- errors: trouble that is told in one line
- version: our name and version
"""
