"""What is done to organisations. One noun per module; callers import the module they need."""
