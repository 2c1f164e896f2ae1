"""
Schemas to files and back: written by `pg_dump`, read by ourselves inside one open transaction.

Reading them ourselves is what makes a restore all or nothing: whatever is killed, the server rolls back.
"""

import gzip
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.db import connections
from psycopg.conninfo import make_conninfo

from config.embedded.binaries import client_program
from config.embedded.trouble import CannotStart

# Ours are made before the file is read; the rest are psql's own words.
_NOT_FOR_THE_SERVER = (b"CREATE SCHEMA public;", b"\\restrict", b"\\unrestrict")
_BLOCK = 256 * 1024
_TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey")


def dump(alias: str, schemas: list[str], to: Path) -> None:
    """Tables, rows and grants of some schemas, as they were in one moment. Raises CannotStart."""
    where = dict(connections[alias].get_connection_params())
    wanted = {name: where[name] for name in ("dbname", "user", "host", "port", *_TLS) if where.get(name)}
    password = {"PGPASSWORD": str(where["password"])} if where.get("password") else {}
    command = [str(client_program("pg_dump")), "--dbname", make_conninfo(**wanted), "--file", str(to)]
    command += [
        "--format=plain",
        "--compress=gzip:1",
        "--no-owner",
        "--no-comments",
        "--lock-wait-timeout=60s",
    ]
    command += [f"--schema={schema}" for schema in schemas]
    result = subprocess.run(
        command, env={**os.environ, **password}, capture_output=True, text=True, check=False
    )
    if result.returncode:
        said = [line for line in result.stderr.splitlines() if "error" in line.lower()] or ["it said nothing"]
        raise CannotStart(f"pg_dump did not finish: {said[0]}")


def load(alias: str, file: Path) -> None:
    """Run what a dump says in the open transaction of a connection, and stand again where it stood."""
    connection = connections[alias]
    if not connection.in_atomic_block:
        raise RuntimeError("A backup is loaded inside a transaction only.")
    with connection.cursor():  # goes to its place first
        cursor = psycopg.ClientCursor(connection.connection)
    with cursor:
        cursor.execute("SELECT current_setting('search_path')")
        (path,) = cursor.fetchone() or ("",)
        with gzip.open(file, "rb") as lines:
            for statements, copy in _pieces(iter(lines)):
                if statements.strip():
                    cursor.execute(statements)
                if copy:
                    _copy(cursor, copy, iter(lines))
        cursor.execute("SELECT set_config('search_path', %s, false)", [path])


def _pieces(lines: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Statements up to the next rows, and the statement that takes these in (none at the end)."""
    statements: list[bytes] = []
    for line in lines:
        if line.startswith(b"COPY ") and line.rstrip().endswith(b" FROM stdin;"):
            yield b"".join(statements), line
            statements = []
        elif not line.startswith(_NOT_FOR_THE_SERVER):
            statements.append(line)
    yield b"".join(statements), b""


def _copy(cursor: psycopg.ClientCursor[tuple[object, ...]], statement: bytes, lines: Iterator[bytes]) -> None:
    with cursor.copy(statement) as copy:
        waiting: list[bytes] = []
        size = 0
        for line in lines:
            if line == b"\\.\n":
                break
            waiting.append(line)
            size += len(line)
            if size > _BLOCK:
                copy.write(b"".join(waiting))
                waiting, size = [], 0
        copy.write(b"".join(waiting))
