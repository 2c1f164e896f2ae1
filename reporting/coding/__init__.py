"""What contributions are about: the analysts' coding frame, and which contribution carries which code."""
