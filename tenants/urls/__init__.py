"""Addresses, by site."""
