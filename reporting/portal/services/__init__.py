"""What is written down for client users."""
