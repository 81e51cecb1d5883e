"""One run from beginning to end: its stages in order, its record, its lock, its alarm.

Does: runs the rooms below in order for `refresh` and the commands that do a part of it, and records what happened.
Never: speaks HTTP, parses a page or writes SQL by itself; reads flags.

- refresh: the nightly job
- lifecycle: the beginning and end of every run: lock, record, alarm, exit code
- fetch_source: discover and fetch, one source into the archive
- discover_source: only the listing of a source
- import_captures: captures made by others into the archive, then a release
- harvest_captures: captures of a web archive that are not archived here yet, then a release
- harvest_index: the captures that its indexes name
- harvest_plan: the size of a harvest, and whether the archive may be asked now
- issue_captures: the archived pages with issues beside the report
- build_release: parse, build, report, gate and publish
- last_published: the tables with which a new release is compared
- check/: first contact with a source, evidence under data/checks
- record: data/runs/<run_id>.json
- verification: the damage that `verify` finds under data/
- lost_evidence: segments that the layers above were made of and that are missing from data/raw
- lost_records: run records that are missing
- lock: one run at a time per data directory
- alarm: tells a monitor how a run ended
- status: the state of a data directory, only from records and files
"""
