class CannotStart(Exception):
    """Something the product needs could not be started. The text is the sentence to show."""
