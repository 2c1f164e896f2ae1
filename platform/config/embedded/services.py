"""The embedded services as a whole, and the environment that points the product at them."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from config import install
from config.embedded import folders as places
from config.embedded.binaries import postgres_programs, valkey_program
from config.embedded.folders import Folders, make_base, make_private
from config.embedded.postgres import ADMIN, PostgresServer
from config.embedded.trouble import CannotStart
from config.embedded.valkey import ValkeyServer

CONVERSATION_DATABASE = "conversations"
VAULT_DATABASE = "vault"


@dataclass
class Services:
    folders: Folders
    conversation: PostgresServer
    vault: PostgresServer
    valkey: ValkeyServer

    def environment(self) -> dict[str, str]:
        """What the settings need to know to find these services."""
        return {
            "DATABASE_URL": self.conversation.url("web", CONVERSATION_DATABASE),
            "OWNER_DATABASE_URL": self.conversation.url("owner", CONVERSATION_DATABASE),
            "VAULT_DATABASE_URL": self.vault.url("vault", VAULT_DATABASE),
            "VALKEY_URL": self.valkey.url("web"),
            "VAULT_VALKEY_URL": self.valkey.url("vault"),
            "BROKER_URL": self.valkey.broker_url(),
            # The sockets are private to this installation, so a login without password is one.
            "TENANT_ROLES_LOG_IN": "true",
            **folder_environment(self.folders),
        }


def folder_environment(folders: Folders) -> dict[str, str]:
    return {
        "KEY_STORE": f"directory:{folders.keys}:{folders.keys_copy}",
        "FILES_DIR": str(folders.files),
        "OUTBOX_DIR": str(folders.outbox),
        "STATIC_DIR": str(folders.static),
        "SECRET_KEY": _secret(folders.secret),
    }


def environment(base: Path) -> dict[str, str]:
    """The environment of the services running over this folder, or nothing when none run."""
    try:
        written: dict[str, str] = json.loads(places.choose(base).running.read_text())
    except FileNotFoundError:
        return {}
    return written


@contextmanager
def running(base: Path, *, options: dict[str, str] | None = None) -> Iterator[Services]:
    """
    Start everything over one folder; stop it again, in the right order, whatever happens.

    Raises CannotStart with a sentence for the person at the terminal.
    """
    folders = places.choose(make_base(base))
    with ExitStack() as stack:
        stack.enter_context(_only_one(folders.base))
        services = _described(folders, options or {})
        for server in (services.conversation, services.vault, services.valkey):
            stack.callback(server.stop)
            server.start()
        install.conversation_server(services.conversation.url(ADMIN, "{database}"), CONVERSATION_DATABASE)
        install.vault_server(services.vault.url(ADMIN, "{database}"), VAULT_DATABASE)
        stack.callback(folders.running.unlink, missing_ok=True)
        _write_private(folders.running, json.dumps(services.environment(), indent=1))
        yield services


def _described(folders: Folders, options: dict[str, str]) -> Services:
    make_private(folders.servers, for_servers=True)
    programs = postgres_programs(folders.servers)
    return Services(
        folders=folders,
        conversation=PostgresServer(folders.servers / "conversation", programs, options),
        vault=PostgresServer(folders.servers / "vault", programs, {"shared_buffers": "32MB", **options}),
        valkey=ValkeyServer(folders.servers / "valkey", valkey_program(folders.servers)),
    )


@contextmanager
def _only_one(base: Path) -> Iterator[None]:
    with (base / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise CannotStart(
                f"The product is already running over {base}. Use that one, or stop it first (Ctrl-C in its terminal)."
            ) from held
        yield


def _secret(path: Path) -> str:
    if not path.exists():
        make_base(path.parent)
        _write_private(path, secrets.token_urlsafe(48))
    return path.read_text()


def _write_private(path: Path, text: str) -> None:
    unfinished = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    unfinished.rename(path)
