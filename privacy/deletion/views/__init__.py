"""Pages of deletions at the console, and of certificates for everybody."""
