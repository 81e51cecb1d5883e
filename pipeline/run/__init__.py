"""One run from beginning to end: its stages in order, its record, its lock, its alarm.

Does: strings the rooms below together for `refresh` and the commands that run a part of it, and notes what happened.
Never: speaks HTTP, parses a page or writes SQL by itself; takes no flag.

- refresh: the nightly job
- lifecycle: how any run begins and ends: lock, record, alarm, exit code
- fetch_source: discover and fetch, one source into the archive
- discover_source: the listing of a source alone
- import_captures: captures of others into the archive, and on to a release
- harvest_captures: what a web archive has and we have not, and on to a release
- harvest_index: what its indexes name
- harvest_plan: how much that would be, and whether the archive may be asked now
- build_release: parse, build, report, gate and publish
- last_published: the tables that a new release is judged by
- check/: first contact with a source, evidence under data/checks
- record: data/runs/<run_id>.json
- verification: what `verify` finds wrong under data/
- lost_evidence: what the layers above were made of, and data/raw holds no more
- lost_records: run records that are gone
- lock: one run at a time per data directory
- alarm: tells a monitor how a run went
- status: how things stand, from records and files alone
"""
