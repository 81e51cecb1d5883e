"""Answers from a release: pandas, SQL, one project, spreadsheets.

Does: opens a release read-only and gives answers with their source.
Never: changes a release, lets a query reach the file system, shows unmasked contacts.

- open_release: tables and queries as pandas data frames
- frame: an Arrow table as a data frame
- parameters: the parameters of a query, from numpy and pandas too
- query: one SELECT, as table, CSV, XLSX, JSON or Parquet
- result_table: an answer on a terminal
- project: all data of one project, or of an earlier version of it
- project_view: the same on a terminal
- project_search: finds a project by a code, an address or words
- citation: how to cite a project page
- export, export_notes: tables as CSV and XLSX, and the notes that belong to them
- spreadsheet: safe contents of cells, and CSV
- thai_names: Thai headings of columns without a label
- workbook: XLSX
"""
