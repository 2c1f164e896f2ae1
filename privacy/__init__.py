"""The promise: the vault, the keys, and what makes contributions unlinkable."""
