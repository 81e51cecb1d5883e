"""First contact with a source: `check` asks it ten times at most, and says whether it can be refreshed.

Does: keeps the answers under data/checks, reads them as a run would, gives one verdict and the next step.
Never: publishes anything, asks for more than ten pages, pretends to be a browser except for one compared reading.

- source: the command: a source that is asked, or files that were saved
- asking, answers: robots.txt, two listing pages, three project pages, and their answers
- site_reading, listing_reading: what the answers show about the site and its listing
- comparison: two answers to one question: a page read twice, and a browser beside us
- saved: the pages in saved files
- page: what one page shows: kind, template, labels, months, tables, values
- obstacle: what a site shows instead of a page with rows
- verdict, page_verdict, advice: can it be refreshed, why, and what to do next
- report: the result as text and as JSON
- draft, masking: a fixture draft of a page, contacts masked
"""
