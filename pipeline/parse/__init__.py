"""data/raw → data/parsed: typed records, one partition for each segment that holds pages.

Does: reads every archived page once for each version of the parser, in processes that may die or hang.
Never: decides what a value is (parsers/ does), reads a partition back, changes data/raw.

- stage: finds the segments without a partition, and puts partitions together
- batch: the pages that a worker reads at once, and reading them
- worker: one batch of pages, in a process of its own, here or elsewhere
- partition: the directory of what one segment was parsed to
- outdated: what lies there that nothing is to be made of any more
- versions: what the records depend on: the parser's fingerprint and the libraries
- pool: the processes of this machine
- cluster: the processes of a Dask cluster
"""
