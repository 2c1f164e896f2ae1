"""Addresses of deletions, by site."""
