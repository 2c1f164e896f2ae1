"""The frozen snapshot of an analysis, and the reports made of it."""
