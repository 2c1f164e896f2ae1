"""What participants see: the door, the pages, and what they do there."""
