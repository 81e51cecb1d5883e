"""data/raw → data/parsed: typed records, one partition for each segment that holds pages.

Does: reads every archived page once for each version of the parser, in processes that may die.
Never: decides what a value is (parsers/ does), reads a partition back, touches data/raw.

- stage: which segments lack a partition, and the partitions put together
- worker: one batch of pages, in a process of its own, here or elsewhere
- pool: the processes of this machine
- cluster: those of a Dask cluster
"""
