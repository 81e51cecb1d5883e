"""What the logs and listings of data/raw say of every page over time, kept as intervals in data/parsed.

Does: folds what each sealed segment says into intervals, carries them on, answers what is known of pages and listings.
Never: writes to data/raw, believes a state whose segments changed.

- intervals: the tables of the history
- fold: a state and what came since, folded into the next
- fold_visits, fold_listings, fold_runs: its three tables
- shares: rows of many nights, in parts that fit into memory
- state: the intervals in data/parsed, carried on by each new segment
- page_history: what is known of every page
- listing_history: what the listings say of every project
"""
