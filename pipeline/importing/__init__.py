"""Captures made by others → data/raw: web archives, saved pages, extracted text.

Does: finds our pages in files, keeps their original address and time, tells what each file was.
Never: believes a time that cannot be or a record whose digest fails, adds the same capture twice, asks a site.

- importer: files and directories into the archive
- file_format: what a file is, and the way that works where it is not read
- plain_stream: a file without its compression, which is checked to its end
- warc_records, foreign_warc: WARC, WET and ARC files by any writer
- http_response, coded_body, digests: what such a record holds
- wacz, har, mhtml: the containers of browsers and their tools
- bare_file: a saved page or the text of one
- saved_page: what a saved page says of its address and time
- capture_time: which times are believed
- addresses: which project, or which sister system, an address is of
- web_archives: which web archives there are, and how their indexes are asked
- cdx_index: what such an index answers
- replay: a capture as an archive gives it, and whether it is the one that its index names
- ledger: what is archived already, and what a revisit repeats
- summary: what was found, in counts and in words
"""
