"""Addresses of requests, by host."""
