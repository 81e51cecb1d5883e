"""The SQL models, one SELECT per file; packaged so that an installed wheel finds them."""
