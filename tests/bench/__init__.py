"""Measures the goals as ratios, each against a floor in the same run on the same machine: `make bench`."""
