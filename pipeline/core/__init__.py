"""What every room needs and belongs to no room: settings, log, time, files, signals, errors.

Does: small tasks, each in one way.
Never: knows what a page, a segment or a release is.

- settings, settings_file, settings_values, settings_toml: declared, read, kinds of values, printed
- log: the messages of a run
- text: text that is safe on a terminal
- site_urls: the addresses of the site's pages
- http_headers: headers as servers write them
- time: the clock and run ids
- thai_time: moments as people in Bangkok write them
- files: written aside, brought to the disk, renamed
- checked_json: objects that name their own digest
- contents: what a directory of disposable files holds
- arrow_schema: records → Arrow and DuckDB columns
- sql_text: texts in SQL
- signals: an orderly end after Ctrl-C and SIGTERM
- memory: memory that a process keeps for the next page
- worker_process: work that may hang or crash, in a process of its own
- errors: errors that are reported in one line
- version: our name and version
- folding: text in the one spelling by which it is found
- citation_text: the words of a citation
"""
