"""A built directory → data/curated/latest, or set aside.

Does: checks a release from outside, asks the quality gate, switches `latest` by one rename, rolls back, prunes.
Never: changes a published release, builds, removes anything from data/raw.

- releases: the directories, and what becomes of a built one
- latest: the link `latest` and its switch
- rollback: a release that a person took back
- mend_latest: a damaged latest release is set aside, a lost link made again
- release_check: keys, references, row counts, read with DuckDB and with pyarrow
- pages: the pages that people open, and their addresses
- checksums: the digests of a release, and the files that no longer match them
- quality_gate: whether a release may become `latest`
- gate_measures: what is new in a release, in numbers (sql/gate/)
- gate_messages: the messages of the gate in English and Thai
- prune: removes data that can be made again
"""
