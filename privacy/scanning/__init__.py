"""After a deletion: looking for what is left of its people, everywhere, and proving that looking finds."""
