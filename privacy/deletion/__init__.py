"""The end of a project: a deletion that no crash stops, and the certificate that says what was checked."""
