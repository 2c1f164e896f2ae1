"""The data map: a page and an export of every place that can hold personal data."""
