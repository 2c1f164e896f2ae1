"""Pages for client users, at their organisation."""
