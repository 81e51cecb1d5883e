"""data/parsed → the tables of a release: the SELECTs of sql/ run by DuckDB.

Does: attaches partitions, run records and catalogues, runs the models in order, writes Parquet and the DuckDB file.
Never: decides by itself what a row is (sql/ does), publishes, reads a clock.

- database: runs the models and writes their tables
- inputs: what the models read
- models: the SQL files, their headers, their order
- comments: what the headers say, as comments and Parquet metadata
- datapackage: datapackage.json
- agencies.csv: codes and names of agencies, with how each name is known
"""
