"""Backups of the embedded default, and of any server that `pg_dump` of the same machine reaches."""
