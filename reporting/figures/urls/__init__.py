"""Addresses of group figures."""
