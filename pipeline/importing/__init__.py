"""Captures made by others → data/raw: WARC, WET, saved HTML, extracted text.

Does: finds our pages in files, keeps their original address and time, tells what each file was.
Never: trusts what a file says of itself, adds the same capture twice, asks a site.

- importer: files and directories into the archive
- foreign_warc: WARC and WET files by any writer
"""
