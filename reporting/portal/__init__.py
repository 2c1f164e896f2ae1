"""What client users see of their conversations."""
