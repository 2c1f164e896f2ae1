"""Pages of the console about one conversation: for staff who work for its organisation."""
