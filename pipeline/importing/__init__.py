"""Captures made by others → data/raw: web archives, saved pages, extracted text.

Does: finds our pages in files, keeps their original address and time, reports the kind of each file.
Never: accepts an impossible time or a record with a wrong digest, adds the same capture twice, asks a site.

- importer: files and directories into the archive
- file_format: the format of a file, and what to do with a format that is not read
- plain_stream: a file without its compression, which is checked to its end
- warc_records, foreign_warc: WARC, WET and ARC files by any writer
- http_response, coded_body, digests: the contents of such a record
- wacz, har, mhtml: the containers of browsers and their tools
- bare_file: a saved page or the text of one
- saved_page: the address and time that a saved page states
- capture_time: which times are accepted
- addresses: the project, or the sister system, of an address
- web_archives: which web archives there are, and how their indexes are asked
- cdx_index: what such an index answers
- replay: a capture as an archive gives it, and whether it is the one that its index names
- ledger: the captures that are archived already, and those that a revisit repeats
- summary: the result of an import, in counts and in words
"""
