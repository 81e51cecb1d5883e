"""Pure functions from the bytes of a page to typed records: no I/O, no clock, no settings."""
