"""
Reading every text, bytes and JSON column that a login can see, table by table, in batches.

A cursor on the server gives each table as it is at one moment, so nothing is missed and nothing is read
twice, whatever key a table has or has not.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction

from privacy.traces.forms import BETWEEN
from privacy.traces.looking import Eye

_BATCH = 2_000
_BATCH_OF_BYTES = 4 << 20
_CURSOR = "looking"
# Values of these types hold no text.
_NO_TEXT = (
    *("smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean"),
    *("date", "timestamp with time zone", "timestamp without time zone", "uuid"),
)
# Nobody writes sentences into these: a value may be a name as a whole.
_SHORT = ("character varying", "character")


@dataclass(frozen=True, slots=True)
class Column:
    table: str
    name: str
    type: str


Plant = Callable[[], object]


def columns(alias: str, schema: str) -> dict[str, list[Column]]:
    """By table, every column of a schema that could hold anything of a person."""
    found: dict[str, list[Column]] = {}
    with connections[alias].cursor() as cursor:
        cursor.execute(_COLUMNS, [schema, list(_NO_TEXT)])
        for table, name, kind in cursor.fetchall():
            found.setdefault(table, []).append(Column(table, name, kind))
    return found


def look_through_table(
    alias: str, table: list[Column], eyes: dict[str, Eye], *, plant: Plant | None = None
) -> int:
    """
    Show each column to its eye; returns how many rows there were.

    With `plant` something is written first, in the same transaction, which is then rolled back: nobody else
    ever sees it.
    """
    with transaction.atomic(using=alias):
        if plant is not None:
            plant()
        with _rows(alias, table) as batches:
            rows = sum(_show(table, batch, eyes) for batch in batches)
        if plant is not None:
            transaction.set_rollback(True, using=alias)
    return rows


@contextmanager
def _rows(alias: str, table: list[Column]) -> Iterator[Iterator[list[tuple[Any, ...]]]]:
    quote = connections[alias].ops.quote_name
    values = ", ".join(
        quote(column.name) if column.type == "bytea" else f"{quote(column.name)}::text" for column in table
    )
    with closing(connections[alias].cursor()) as cursor:
        # Names come from the catalogue and are quoted.
        cursor.execute(f"DECLARE {_CURSOR} NO SCROLL CURSOR FOR SELECT {values} FROM {quote(table[0].table)}")  # noqa: S608
        yield iter(lambda: _fetched(cursor), [])
        cursor.execute(f"CLOSE {_CURSOR}")


def _fetched(cursor: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401  (Django's cursor)
    cursor.execute(f"FETCH {_BATCH} FROM {_CURSOR}")
    return list(cursor.fetchall())


def _show(table: list[Column], batch: list[tuple[Any, ...]], eyes: dict[str, Eye]) -> int:
    for place, column in enumerate(table):
        eye = eyes[column.name]
        values = [row[place] for row in batch if row[place] is not None]
        if column.type in _SHORT:
            eye.look_at_names(values)
        elif column.type in {"json", "jsonb"}:
            eye.look_at_json(values)
        for joined in _joined(value.encode() if isinstance(value, str) else bytes(value) for value in values):
            eye.looked.size += len(joined)
            eye.look(joined)
        eye.looked.read += len(values)
    return len(batch)


def _joined(values: Iterator[bytes]) -> Iterator[bytes]:
    """Many values at once, because each search costs something by itself; but never very much at once."""
    waiting: list[bytes] = []
    length = 0
    for value in values:
        waiting.append(value)
        length += len(value)
        if length > _BATCH_OF_BYTES:
            yield BETWEEN.join(waiting)
            waiting, length = [], 0
    yield BETWEEN.join(waiting)


_COLUMNS = """
    SELECT c.table_name::text, c.column_name::text, c.data_type::text
    FROM information_schema.columns c
    JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
    WHERE c.table_schema = %s AND t.table_type = 'BASE TABLE' AND c.data_type <> ALL(%s)
    ORDER BY c.table_name, c.ordinal_position
"""
