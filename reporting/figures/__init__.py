"""Figures about groups: asked of the vault, released once, kept."""
