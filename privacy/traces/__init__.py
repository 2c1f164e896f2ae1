"""Traces of people: what an address, a telephone number or a name looks like in bytes, and finding it again."""
