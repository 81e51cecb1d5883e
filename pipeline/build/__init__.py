"""data/parsed → the tables of a release: the SELECTs of sql/ run by DuckDB.

Does: attaches partitions, run records and catalogues, runs the models in order, writes Parquet and the DuckDB file.
Never: decides by itself what a row is (sql/ does), publishes, reads a clock.

- database: runs the models and writes their tables
- session: the DuckDB session in which they run
- partitions: data/parsed as relations, each capture once
- inputs: what the models read beside it
- sources: the sources by the settings and by the archive
- models: the SQL files, what they read, their order
- macros: the macros of the models, and the functions in Python they call
- contacts: masks the contacts in a text, pass by pass
- addresses: those of e-mail, messengers and networks
- contact_words: the words that say that a contact follows
- no_contacts: numbers that are none: years, dates, money, codes
- number_chains: runs of digits, and the numbers they are
- telephone_numbers: the contacts among numbers that no word announces
- headers: the description of a table at the head of its file
- tables: the relation or table of one model, and its Parquet file
- salt: the secret behind the pseudonyms of user names
- errors: what can go wrong
- comments: what the headers say, as comments and Parquet metadata
- datapackage: datapackage.json
- agencies.csv: codes and names of agencies, with how each name is known
"""
