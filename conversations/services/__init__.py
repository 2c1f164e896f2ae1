"""What is done in a conversation. One noun per module; callers import the module they need."""
