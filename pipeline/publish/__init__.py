"""A built directory → data/curated/latest, or set aside.

Does: checks a release as a stranger would, asks the quality gate, switches `latest` by one rename, rolls back, prunes.
Never: changes a published release, builds, removes anything of data/raw.

- releases: the directories and the switch
- release_check: keys, references, row counts, both readers
- checksums: the digests of a release, and what is not it any more
- quality_gate: whether a release may become `latest`
- gate_measures: what is new in it, in numbers (sql/gate/)
- gate_messages: the gate's words in English and Thai
- prune: removes what can be made again
"""
