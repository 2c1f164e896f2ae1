"""Pages for analysts, at the console."""
