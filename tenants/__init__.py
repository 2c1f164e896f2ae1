"""Organisations, their domains, schemas and projects: the control plane."""
