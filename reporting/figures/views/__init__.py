"""Pages of group figures."""
