"""Pure functions from the bytes of a page to typed records: no I/O, no clock, no settings.

In the order in which a page passes through them:

- encoding: bytes → text
- page_kind: what a response is, before values are read from it
- html_page: HTML → Page; html_content walks the tree, html_tables and html_cells read what it finds, html_text and
  html_shown say what a reader sees
- text_page: extracted text → the same Page; text_layout, text_rows, text_headers and text_tables separate its cells
- page: Page with its rows and grids, its fingerprint, the project it is about
- labels: the catalogue of labels and columns
- page_layout: the meaning of each label of a page
- project: Page → records; field_values, month_rows, history_columns and history_tables read the parts
- numbers, quantities, dates: texts → typed values; value_spelling and no_values say which texts are none
- sections, page_sections: what is compared between two captures
- text_checks, plausibility: what is wrong or in doubt; issue_collector and issue_codes say so
- records: the rows of data/parsed
- listing_page, sister_page: pages that are not projects
"""
