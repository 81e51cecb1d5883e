"""Asks a site for its pages, politely, and says what each answer means.

Does: HTTP, pace, robots.txt, the revisit schedule, retries; hands captures and log rows to the archive.
Never: writes a file by itself, reads a value from a page, looks at a release.

- client: the only module that speaks HTTP; a reply is a value, never an exception
- transport: where its connections may go
- cookies: those of a session, up to a limit
- site: one source during one run, with its budget and night window
- server_clock: compares the clock of this machine with the servers'
- redirects: where they lead, and whether they stay on the site
- throttle: pace, breaker, Retry-After, night window
- robots: the rules of robots.txt
- discover: which project pages exist
- edit_rate: how often a page is edited, and how long it is left for that
- schedule: which of them are due
- crawl: visits the pages that are due
- outcome: what a reply means, and the row of the visit
- site_pages: rows of robots.txt and listing pages
- archive_host: a web archive during one harvest, asked more rarely than a site
- fetch_run: all of it for callers without an event loop
"""
