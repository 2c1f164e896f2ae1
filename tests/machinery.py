"""
A pytest plugin that starts the servers once and gives every worker databases of its own.

Loaded before Django (see `addopts`): the settings need to know where the servers are. The
servers are the embedded ones, told not to wait for the disk. Nothing is wrapped in a
transaction that is rolled back: tests commit, like the product, each in a conversation of its own.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

_stack = ExitStack()
# These share one running product; everything else is dealt out file by file, with what its file sets up.
_JOURNEYS = "tests/journeys"
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "replica"}
_SERVERS = "TEST_SERVERS"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        _start_servers()
    _use_own_databases(worker or "main")
    import django

    django.setup()
    return (yield)


def pytest_unconfigure() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _stack.close()


def _start_servers() -> None:
    from config.embedded import services

    base = Path(tempfile.mkdtemp(prefix="conversations-test-"))
    _stack.callback(shutil.rmtree, base, ignore_errors=True)
    running = _stack.enter_context(services.running(base, options=_FAST))
    environment = {**running.environment(), "BASE_DOMAIN": "localhost:8000", "LOG_LEVEL": "WARNING"}
    for command in (["migrate"], ["collectstatic", "--noinput", "--verbosity", "0"]):
        subprocess.run(
            [sys.executable, "-m", "config.manage", *command], env={**os.environ, **environment}, check=True
        )
    admin = [running.conversation.url("postgres", "{database}"), running.vault.url("postgres", "{database}")]
    os.environ[_SERVERS] = json.dumps({"environment": environment, "admin": admin, "base": str(base)})


def _use_own_databases(worker: str) -> None:
    """Copies of the migrated databases, keys and outbox of this worker's own."""
    from config import install

    servers = json.loads(os.environ[_SERVERS])
    own = Path(servers["base"]) / worker
    own.mkdir(exist_ok=True)
    conversation, vault = servers["admin"]
    names = {"conversations": f"conversations_{worker}", "vault": f"vault_{worker}"}
    _copy(conversation, "conversations", names["conversations"], owner="owner")
    _copy(vault, "vault", names["vault"], owner="vault")
    install.conversation_server(conversation, names["conversations"])
    environment = dict(servers["environment"])
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "VAULT_DATABASE_URL"):
        base, _slash, database = environment[name].partition("@/")
        was, _mark, where = database.partition("?")
        environment[name] = f"{base}@/{names[was]}?{where}"
    environment["KEY_STORE"] = f"directory:{own / 'keys'}:{own / 'keys-copy'}"
    environment["OUTBOX_DIR"] = str(own / "outbox")
    environment["FILES_DIR"] = str(own / "files")
    os.environ.update(environment)


def _copy(admin_url: str, template: str, name: str, *, owner: str) -> None:
    with psycopg.connect(admin_url.format(database="postgres"), autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(template), sql.Identifier(owner)
            )
        )


def admin_url(which: str, database: str) -> str:
    """The superuser's way into a server, for tests that look at rows as a thief of a dump would."""
    conversation, vault = json.loads(os.environ[_SERVERS])["admin"]
    return str({"conversation": conversation, "vault": vault}[which].format(database=database))


def servers_folder() -> Path:
    return Path(json.loads(os.environ[_SERVERS])["base"]) / "servers"


class _ByFile(LoadScopeScheduling):
    """One worker runs all journeys, another takes the files. xdist's groups do nothing under this pytest."""

    def _split_scope(self, nodeid: str) -> str:
        return _JOURNEYS if nodeid.startswith(f"{_JOURNEYS}/") else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFile:
    return _ByFile(config, log)
