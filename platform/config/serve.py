"""`manage serve`: everything the product needs, in one command. `make demo` is this with --demo."""

import argparse
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from config import roles
from config.embedded import services
from config.embedded.trouble import CannotStart
from config.roles import ROLES
from config.supervisor import Child, Supervisor

_BASE_DIR = Path(__file__).resolve().parents[2]
# What only the vault's own processes may know once there is a vault service.
_VAULT_ONLY = ("VAULT_DATABASE_URL", "VAULT_VALKEY_URL", "KEY_STORE")
_WEB_ONLY = ("DATABASE_URL", "VALKEY_URL", "BROKER_URL", "SECRET_KEY")
_OWNER_ONLY = ("OWNER_DATABASE_URL",)


def main(arguments: Sequence[str]) -> None:
    """Raises CannotStart with a sentence for the person at the terminal."""
    options = _parser().parse_args(arguments)
    started = time.monotonic()
    require_free_port(options.port)
    with _environment(options) as environment:
        _manage(environment, "set-up", *(["--demo"] if options.demo else []))
        _tell(f"\n  Ready after {time.monotonic() - started:.0f} s: http://{environment['BASE_DOMAIN']}/")
        _tell("  Ctrl-C stops everything.\n")
        Supervisor(children(environment, port=options.port, with_vault_service=options.vault_service)).run()


def services_main(arguments: Sequence[str]) -> None:
    """`manage services`: only PostgreSQL and Valkey, for work with `manage` in another terminal."""
    parser = argparse.ArgumentParser(prog="manage services", description=services_main.__doc__)
    parser.parse_args(arguments)
    with services.running(_local_dir()):
        # Handlers of our own: a shell that starts this in the background makes it ignore Ctrl-C otherwise.
        stopped = threading.Event()
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, lambda _number, _frame: stopped.set())
        _tell("PostgreSQL and Valkey are running. Ctrl-C stops them.")
        stopped.wait()


def children(environment: Mapping[str, str], *, port: int, with_vault_service: bool) -> list[Child]:
    """The processes and what each may know. The web tier never has the owner's login."""
    vault = _without(environment, *_WEB_ONLY, *_OWNER_ONLY)
    web = _without(environment, *_OWNER_ONLY)
    found = []
    if with_vault_service:
        token = secrets.token_urlsafe(32)
        web = {
            **_without(web, *_VAULT_ONLY),
            "VAULT_URL": f"http://127.0.0.1:{port + 1}",
            "VAULT_TOKEN": token,
        }
        vault = {**vault, "VAULT_TOKEN": token}
        on = {"LISTEN": f"127.0.0.1:{port + 1}"}
        serving = roles.vault_service({**_without(vault, *roles.PAPERS), **on})
        found.append(Child("vault-service", serving, vault))
    on = {"LISTEN": f"127.0.0.1:{port}"}
    return [
        *found,
        Child("vault-run", [sys.executable, "-m", "config.manage", "vault-run"], vault),
        Child("worker", roles.worker(None, web), web),
        # One process with the owner's login, for creating and deleting organisations and nothing else.
        Child("provision", roles.worker("provision", web), _with_owner(web, environment)),
        Child("scheduler", ROLES["scheduler"].command(web), web),
        Child("web", roles.granian("config.wsgi:application", {**web, **on}, port=port), web),
    ]


def require_free_port(port: int) -> None:
    """Raises CannotStart where something else answers already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise CannotStart(
                f"Port {port} is taken by another program. Stop that one, or choose another port: `make demo PORT=8010`."
            ) from taken


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage serve", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--demo", action="store_true", help="load two organisations with conversations to look at"
    )
    parser.add_argument("--vault-service", action="store_true", help="run the vault as a service of its own")
    return parser


@contextmanager
def _environment(options: argparse.Namespace) -> Iterator[dict[str, str]]:
    """The environment of all children: of configured services, else of the embedded ones."""
    own = {**os.environ, "BASE_DOMAIN": os.environ.get("BASE_DOMAIN", f"localhost:{options.port}")}
    own["DEMO"] = str(options.demo)
    if "DATABASE_URL" in os.environ:
        yield own
        return
    with services.running(_local_dir()) as running:
        yield {**own, **running.environment()}


def _local_dir() -> Path:
    return Path(os.environ.get("LOCAL_DIR", _BASE_DIR / ".local"))


def _manage(environment: Mapping[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "config.manage", *arguments]
    if subprocess.run(command, env=dict(environment), check=False).returncode:
        raise CannotStart(f"`manage {arguments[0]}` did not finish; what it says stands above.")


def _without(environment: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in names}


def _with_owner(web: dict[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    return {**web, **{name: environment[name] for name in _OWNER_ONLY if name in environment}}


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
