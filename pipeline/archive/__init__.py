"""data/raw: WARC segments with their fetch logs, appended to and never edited.

Does: writes and reads captures, recovers what a crash left open, keeps the history of each page, audits every byte.
Never: asks a site, derives a value, removes a capture.

    20261122T181500Z-bs2568.warc.gz           records, one gzip member each; what is archived
    20261122T181500Z-bs2568.fetches.parquet   one row for each attempted page, with its place in the WARC file
    20261122T181500Z-bs2568.listing.parquet   what the site's listing named in this run
    20261122T181500Z-bs2568.journal, .open    the same while the segment is open
    lost-segments.txt                         written by hand: segments that are gone for good, and why

- segment_name: the parts of a segment's name
- segments: writes, seals and lists segments
- warc: captures to WARC records and back
- fetch_log: the rows, as journal and as Parquet
- pages: a capture → the page it shows
- page_outcome: what a page means for the project it should be of
- response_age: what a cache gave is older than its response
- history/: visits and listings as intervals, and what is known of every page and project by them
- source_settings: what a segment keeps of the settings of its source
- chain: each segment names its files and the segments before it
- run_order: the order of runs, and the rows that do not count because their clock was wrong
- lost_segments: the segments that a person gave up as lost
- withdrawal: imports that do not count any more
- recovery: cuts torn tails and seals segments that a crash left open
- audit: reads everything again
"""
