"""What services of others ask us."""
