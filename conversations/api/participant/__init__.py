"""For those who take part."""
