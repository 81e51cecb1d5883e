"""data/parsed → the tables of a release: the SELECTs of sql/ run by DuckDB.

Does: attaches partitions, run records and catalogues, runs the models in order, writes Parquet and the DuckDB file.
Never: decides by itself what a row is (sql/ does), publishes, reads a clock.

- database: runs the models and writes their tables
- session: the DuckDB session in which they run
- partitions: data/parsed as relations, each capture once
- inputs: the other inputs of the models
- sources: the sources by the settings and by the archive
- models: the SQL files, what they read, their order
- macros: the macros of the models, and the functions in Python they call
- contacts/: masks the contacts in a text
- headers: the description of a table at the head of its file
- tables: the relation or table of one model, and its Parquet file
- salt: the secret behind the pseudonyms of user names
- errors: what can go wrong
- comments: the texts of the headers as comments and Parquet metadata
- datapackage: datapackage.json
- agencies.csv: codes and names of agencies, with the source of each name
"""
