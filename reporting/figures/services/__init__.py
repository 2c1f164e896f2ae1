"""Asking the vault for figures about groups, and keeping what it finished."""
