"""For client users of the organisation."""
