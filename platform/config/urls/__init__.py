"""One module of addresses per site."""
