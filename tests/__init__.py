"""Tests by behaviour. Real PostgreSQL, real Valkey, a real browser; no mock of our own code."""
