"""First contact with a source: `check` asks it ten times at most, and says whether it can be refreshed.

Does: keeps what came under data/checks, reads it as a run would, gives one verdict and what to do next.
Never: publishes anything, asks for more than ten pages, looks like a browser but for one reading that is compared.

- source: the command: a source that is asked, or files that were saved
- asking, answers: robots.txt, two listing pages, three project pages, and what was answered
- site_reading, listing_reading: what the answers show of the site and of its listing
- comparison: two answers to one question: a page read twice, and a browser beside us
- saved: the pages in files that were saved
- page: what one page shows: kind, template, labels, months, tables, values
- obstacle: what stands in the place of a page that has no rows
- verdict, page_verdict, advice: can it be refreshed, why, and what to do next
- report: how all this is told, as text and as JSON
- draft, masking: a fixture draft of a page, contacts masked
"""
