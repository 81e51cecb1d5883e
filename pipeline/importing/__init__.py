"""Captures made by others → data/raw: WARC, WET, saved HTML, extracted text.

Does: finds our pages in files, keeps their original address and time, tells what each file was.
Never: believes a time that cannot be, adds the same capture twice, asks a site.

- importer: files and directories into the archive
- foreign_warc: WARC and WET files by any writer
- bare_file: a saved page or the text of one
- saved_page: what a saved page says of its address and time
- capture_time: which times are believed
"""
