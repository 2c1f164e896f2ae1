"""Pages for staff, about one conversation."""
