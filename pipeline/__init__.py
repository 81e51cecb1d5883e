"""The stages from a web site to curated tables; all I/O lives here."""
