"""Coding frames, analysis, snapshots and documents; the layer above conversations."""
