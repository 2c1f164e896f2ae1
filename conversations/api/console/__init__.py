"""For staff, about one project of an organisation."""
