"""The pages of client users, at their organisation."""
