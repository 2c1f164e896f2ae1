"""
PostgreSQL and Valkey from Python wheels, for machines that have nothing but Python.

Never for production: a configured URL always wins over an embedded service.
"""
