"""Both PostgreSQL servers: what each login may do, what the servers keep, whether all tables are there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone

from config.doctor.findings import Finding, away, fine, look, mend
from config.health import missing_migrations
from kernel.postgresql.base import WrongPlace

_MOST_SECONDS = 2
_PROBE = "conversations_doctor"
# Each would put what somebody wrote, or when, into a place that nothing clears.
_QUIET = {
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "track_commit_timestamp": "off",
}


def web_login_can_little() -> Iterator[Finding]:
    with _asked("default") as login:
        if login is None:
            yield from _unreachable("default")
            return
        able = [
            what
            for what, statement in {
                "make roles": f"CREATE ROLE {_PROBE}",
                "make schemas": f"CREATE SCHEMA {_PROBE}",
                "read organisations without taking their role": "SELECT 1 FROM public.tenants_organisation LIMIT 1",
            }.items()
            if _may(login, statement)
        ]
        if _is_superuser(login):
            yield mend("The web login is a superuser. Use the login `web` that `manage install` makes.")
        elif able:
            yield mend(
                f"The web login may {' and '.join(able)}. Use the login `web` that `manage install` makes."
            )
        else:
            yield fine(
                "The web login inherits nothing and can only take the role of one organisation at a time."
            )


def owner_is_no_superuser() -> Iterator[Finding]:
    with _asked("owner") as login:
        if login is None:
            yield from _unreachable("owner")
        elif _is_superuser(login):
            yield mend("The owner's login is a superuser. Use the login `owner` that `manage install` makes.")
        else:
            yield fine("The owner's login makes schemas and roles and is no superuser.")


def vault_login_is_apart() -> Iterator[Finding]:
    with _asked("vault") as vault:
        if vault is None:
            yield from _unreachable("vault")
            return
        if _is_superuser(vault):
            yield mend("The vault's login is a superuser. Use the login `vault` that `manage install` makes.")
        with _asked("default") as web:
            if web is not None and _started(web) == _started(vault):
                yield mend(
                    "Vault and conversations lie on one PostgreSQL server. Its log of writes puts people beside"
                    " what they wrote: give the vault a server of its own."
                )
            else:
                yield fine("The vault has a server of its own.")


def servers_keep_quiet() -> Iterator[Finding]:
    for alias in ("default", "vault"):
        with _asked(alias) as login:
            if login is None:
                continue
            if login.info.server_version // 10000 < 18:
                yield mend(f"The server of {_name(alias)} is older than PostgreSQL 18. Upgrade it.")
            loud = [name for name, quiet in _QUIET.items() if _said(login, f"SHOW {name}") != quiet]
            if loud:
                yield mend(
                    f"The server of {_name(alias)} keeps what somebody wrote, or when: set"
                    f" {', '.join(f'{name} = {_QUIET[name]}' for name in loud)}."
                )
            else:
                yield fine(f"The server of {_name(alias)} logs no statement and keeps no times of commits.")


def catalogue_is_hidden() -> Iterator[Finding]:
    with _asked("default") as login:
        if login is None:
            return
        if _may(login, "SELECT 1 FROM pg_catalog.pg_stat_user_tables LIMIT 1"):
            yield look(
                "The web login can read the server's statistics, so a process that was taken over sees how many rows"
                " other organisations have. `manage install` hides them where it may; a managed server may not let it."
            )
        else:
            yield fine("Statistics and names of other organisations are hidden from the web login.")


def migrations_are_there() -> Iterator[Finding]:
    if not connections["default"].settings_dict["NAME"]:
        return
    try:
        missing = missing_migrations()
    except (DatabaseError, InterfaceError, WrongPlace):
        yield away("Migrations could not be looked at, because the conversation database does not answer.")
        return
    if missing:
        yield mend(f"{len(missing)} migrations are missing, {missing[0]} first. Run `manage migrate`.")
    else:
        yield fine("The database has every table this release was written for.")


def clocks_agree() -> Iterator[Finding]:
    for alias in ("default", "vault"):
        with _asked(alias) as login:
            if login is None:
                continue
            theirs = _said(login, "SELECT clock_timestamp()")
            apart = abs((timezone.now() - theirs).total_seconds())
            if apart > _MOST_SECONDS:
                yield mend(
                    f"The clock of {_name(alias)}'s server is {apart:.0f} seconds from this machine's."
                    " Mend time synchronisation: deadlines and second factors hang on it."
                )
            else:
                yield fine(f"This machine and the server of {_name(alias)} agree on the time.")


@contextmanager
def _asked(alias: str) -> Iterator[psycopg.Connection[Any] | None]:
    """A plain connection with that login; None where this process has none, or nobody answers."""
    if alias not in connections.settings or not connections[alias].settings_dict["NAME"]:
        yield None
        return
    given = connections[alias].get_connection_params()
    wanted = {
        name: given[name]
        for name in ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert")
        if given.get(name)
    }
    try:
        login = psycopg.connect(**wanted, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        yield None
        return
    try:
        yield login
    finally:
        login.close()


def _unreachable(alias: str) -> Iterator[Finding]:
    if alias in connections.settings and connections[alias].settings_dict["NAME"]:
        yield away(
            f"The database of {_name(alias)} does not answer this process. Look at its address and password."
        )


def _may(login: psycopg.Connection[Any], statement: str) -> bool:
    """Whether a statement is allowed. Nothing stays of it."""
    try:
        with login.transaction(force_rollback=True):
            login.execute(statement.encode())
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.errors.UndefinedTable:
        return False
    return True


def _is_superuser(login: psycopg.Connection[Any]) -> bool:
    return login.info.parameter_status("is_superuser") == "on"


def _started(login: psycopg.Connection[Any]) -> Any:  # noqa: ANN401  (a moment)
    return _said(login, "SELECT pg_postmaster_start_time()")


def _said(login: psycopg.Connection[Any], statement: str) -> Any:  # noqa: ANN401  (whatever the server says)
    found = login.execute(statement.encode()).fetchone()
    return found[0] if found else None


def _name(alias: str) -> str:
    return {"default": "conversations", "owner": "the owner", "vault": "the vault"}[alias]
