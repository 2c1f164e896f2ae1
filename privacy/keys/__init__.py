"""Where the keys of conversations live: outside every database, opened by the vault alone."""
