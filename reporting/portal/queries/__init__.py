"""What the pages of client users read."""
