"""What findings write: only the search for opinion groups; everything else is read."""
