"""
Migrating many tenants: each migration runs once for real, is recorded as SQL and replayed.

The pattern schema is a tenant that nobody is. `record` brings it up to date with Django's own
executor and keeps the SQL that came out; `migrate_tenants` replays what a tenant lacks, in
parallel, one transaction per tenant, with its state kept in that same transaction. Whatever
stops it, the next run goes on; a tenant that fails is unavailable alone.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import psycopg
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations.special import RunPython
from psycopg import ClientCursor, sql

from kernel.migrating import run_migrations
from kernel.postgresql.base import DatabaseWrapper
from kernel.tenancy import owner_in
from kernel.zones import Zone
from tenants.models import Organisation, TenantMigration
from tenants.services.schemas import grants

PATTERN_SCHEMA = "pattern"
_LOCK_TIMEOUT = "5s"
_READS = ("SELECT", "SHOW", "SET", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


@dataclass
class Outcome:
    """What a run of `migrate_tenants` did; problems name the organisation's slug."""

    migrated: int = 0
    current: int = 0
    problems: dict[str, str] = field(default_factory=dict)


# Recording ------------------------------------------------------------------------------


def record() -> int:
    """Run what is new in the pattern schema and keep its SQL. Returns how many were recorded."""
    with owner_in(PATTERN_SCHEMA) as owner, transaction.atomic(using="owner"):
        with owner_in("public"), owner.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('tenants.record'))"
            )  # one recording at a time
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {PATTERN_SCHEMA}")
        scribe = _Scribe(owner)
        with owner.execute_wrapper(scribe.listen):
            run_migrations(owner, Zone.TENANT, scribe.turn_page)
        with owner_in("public"):
            TenantMigration.objects.using("owner").bulk_create(scribe.pages(after=_last_position()))
    return len(scribe.finished)


class _Scribe:
    """Writes down every statement that changes something, migration by migration."""

    def __init__(self, owner: DatabaseWrapper) -> None:
        self.owner = owner
        self.heard: list[str] = []
        self.finished: list[tuple[Migration | None, str]] = []

    def listen(self, execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:  # noqa: ANN401
        text = statement.strip().rstrip(";")
        if not text.upper().startswith(_READS) and 'INTO "django_migrations"' not in text:
            self.heard.append(
                ClientCursor(self.owner.connection).mogrify(text, params) if params is not None else text
            )
        return execute(statement, params, many, context)

    def turn_page(self, action: str, migration: Migration | None = None, _fake: bool = False) -> None:
        if action == "apply_start" and self.heard:
            self._finish(None)
        elif action == "apply_success":
            self._finish(migration)

    def _finish(self, migration: Migration | None) -> None:
        self.finished.append((migration, ";\n".join(self.heard) or "SELECT 1"))
        self.heard = []

    def pages(self, *, after: int) -> Iterator[TenantMigration]:
        for position, (migration, text) in enumerate(self.finished, start=after + 1):
            yield TenantMigration(
                position=position,
                app=migration.app_label if migration else "",
                name=migration.name if migration else "before the first",
                sql=text,
                is_replayable=migration is None
                or not any(isinstance(o, RunPython) for o in migration.operations),
            )


def _last_position() -> int:
    last = TenantMigration.objects.using("owner").order_by("-position").first()
    return last.position if last else 0


# Replaying ------------------------------------------------------------------------------


def migrate_tenants(*, jobs: int = 2, each: Callable[[], object] = lambda: None) -> Outcome:
    """Bring every tenant up to the last recorded migration; `each` is called after every tenant."""
    with owner_in("public"):
        recorded = list(TenantMigration.objects.using("owner").order_by("position"))
        waiting = Organisation.objects.using("owner").order_by("migrated_to", "schema_name")
        last = recorded[-1].position if recorded else 0
        behind = list(waiting.filter(migrated_to__lt=last))
        outcome = Outcome(current=waiting.count() - len(behind))
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        shares = [pool.submit(_migrate_share, behind[n::jobs], recorded, each) for n in range(jobs)]
        for share in shares:
            migrated, problems = share.result()
            outcome.migrated += migrated
            outcome.problems.update(problems)
    return outcome


def _migrate_share(
    organisations: list[Organisation], recorded: list[TenantMigration], each: Callable[[], object]
) -> tuple[int, dict[str, str]]:
    problems: dict[str, str] = {}
    with _own_connection() as connection:
        for organisation in organisations:
            pending = [migration for migration in recorded if migration.position > organisation.migrated_to]
            try:
                _migrate_one(connection, organisation, pending)
            except (psycopg.Error, RuntimeError) as reason:
                problems[organisation.slug] = _note_problem(connection, organisation, reason)
            each()
    return len(organisations) - len(problems), problems


def _migrate_one(
    connection: psycopg.Connection, organisation: Organisation, pending: list[TenantMigration]
) -> None:
    """All pending migrations of one tenant; each run of replayable ones is one transaction."""
    replay: list[TenantMigration] = []
    for migration in pending:
        if migration.is_replayable:
            replay.append(migration)
            continue
        _replay(connection, organisation, replay)
        replay = []
        _run_python(organisation, migration)
    _replay(connection, organisation, replay)


def _replay(
    connection: psycopg.Connection, organisation: Organisation, pending: list[TenantMigration]
) -> None:
    if not pending:
        return
    name = organisation.schema_name
    rows = ", ".join(
        f"('{migration.app}', '{migration.name}', now())" for migration in pending if migration.app
    )
    statements = [
        "BEGIN",
        f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'",
        f"SET LOCAL search_path = {name}, extensions",
        *(migration.sql for migration in pending),
        f"INSERT INTO django_migrations (app, name, applied) VALUES {rows}",
        *(grants(name) if any("CREATE TABLE" in migration.sql for migration in pending) else []),
        _done(organisation, pending[-1].position),
        "COMMIT",
    ]
    connection.execute(";\n".join(statements).encode())


def _run_python(organisation: Organisation, migration: TenantMigration) -> None:
    """A migration with Python in it runs for real, on a connection of this thread."""
    with owner_in(organisation.schema_name) as owner, transaction.atomic(using="owner"):
        MigrationExecutor(owner).migrate([(migration.app, migration.name)])
        with owner_in("public"), owner.cursor() as cursor:
            cursor.execute(_done(organisation, migration.position))
    connections["owner"].close()


def _done(organisation: Organisation, position: int) -> str:
    return (
        f"UPDATE public.tenants_organisation SET migrated_to = {position}, migration_problem = ''"
        f" WHERE schema_name = '{organisation.schema_name}'"
    )


def _note_problem(connection: psycopg.Connection, organisation: Organisation, reason: Exception) -> str:
    connection.rollback()
    problem = (str(reason).splitlines() or ["unknown"])[0][:300]
    connection.execute(
        sql.SQL("UPDATE public.tenants_organisation SET migration_problem = %s WHERE schema_name = %s"),
        (problem, organisation.schema_name),
    )
    return problem


@contextmanager
def _own_connection() -> Iterator[psycopg.Connection]:
    """A connection of this thread, below Django: batches of our own SQL, hundreds of tenants long."""
    wrapper = cast("DatabaseWrapper", connections["owner"])
    params = wrapper.get_connection_params()
    wanted = {
        name: params[name] for name in ("dbname", "user", "password", "host", "port") if params.get(name)
    }
    connection = psycopg.connect(**wanted, autocommit=True)
    try:
        yield connection
    finally:
        connection.close()
