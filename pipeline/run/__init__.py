"""One run from beginning to end: its stages in order, its record, its lock, its alarm.

Does: strings the rooms below together for `refresh` and the commands that run a part of it, and notes what happened.
Never: speaks HTTP, parses a page or writes SQL by itself; takes no flag.

- refresh: the nightly job
- lifecycle: how any run begins and ends: lock, record, alarm, exit code
- fetch_source: discover and fetch, one source into the archive
- discover_source: the listing of a source alone
- import_captures: captures of others into the archive, and on to a release
- build_release: parse, build, report, gate and publish
- last_published: the tables that a new release is judged by
- check_source: first contact with a source, evidence under data/checks
- check_site: asks it, ten times at most
- check_site_reading, check_page: what the answers show of the site and listing, and of one page
- check_draft: a fixture draft of a page, contacts masked
- check_verdict, check_report: can it be refreshed, and how that is told
- record: data/runs/<run_id>.json
- verification: what `verify` finds wrong under data/
- lost_evidence: what the layers above were made of, and data/raw holds no more
- lock: one run at a time per data directory
- alarm: tells a monitor how a run went
- status: how things stand, from records and files alone
"""
