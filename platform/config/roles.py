"""
The processes of the product: what each runs, and what each may know.

`manage run ROLE` starts one as a container, a pod or a service manager would. It takes settings from the
environment and from one file for each in a folder of secrets, and refuses to start with a secret that is not
its own: the web tier beside the vault never has a way into it, not even by mistake.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.embedded.trouble import CannotStart
from kernel.tls import is_loopback

_CONVERSATION = frozenset({"DATABASE_URL", "SECRET_KEY", "VALKEY_URL", "BROKER_URL"})
_OWNER = frozenset({"OWNER_DATABASE_URL"})
_VAULT = frozenset({"VAULT_DATABASE_URL", "VAULT_VALKEY_URL", "KEY_STORE"})
_ADMIN, _VAULT_ADMIN = frozenset({"ADMIN_DATABASE_URL"}), frozenset({"VAULT_ADMIN_DATABASE_URL"})
_TOKEN = frozenset({"VAULT_TOKEN"})
# With it a process proves itself on the way to the vault. The file is its own; which one, is a setting.
_PROOF = frozenset({"VAULT_CERTIFICATE_KEY"})
# Settings that name files, and how those files are called in a folder of secrets.
PAPERS = {"VAULT_CA": "ca.crt", "VAULT_CERTIFICATE": "tls.crt", "VAULT_CERTIFICATE_KEY": "tls.key"}
# An address is no secret, and the sites are nothing without it.
_SITE = _CONVERSATION | _TOKEN | {"VAULT_URL"}
# What only some may know. Everything else is a setting like any other.
SECRETS = _CONVERSATION | _TOKEN | _PROOF | _OWNER | _VAULT | _ADMIN | _VAULT_ADMIN
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_USUAL_FOLDER = "/run/secrets"
_YES = {"true", "yes", "on", "1", "y", "t"}

Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of process: it does not start without `needs`, nor with any other of SECRETS but `may_know`."""

    name: str
    command: Callable[[Environment], list[str]]
    needs: frozenset[str]
    may_know: frozenset[str]

    @property
    def proves_itself(self) -> bool:
        """Whether it is one of the two ends of the way to the vault."""
        return self.may_know >= _PROOF

    def environment(self, everything: Environment) -> dict[str, str]:
        """Of all there is, what this one may have."""
        return {
            name: value
            for name, value in everything.items()
            if name not in SECRETS or name in self.needs or name in self.may_know
        }


def main(arguments: Sequence[str]) -> None:
    """
    `manage run ROLE [COMMAND ...]`: become that process, or run a command of `manage` with what it knows.

    A setting of the environment wins over a file of secrets. Raises CannotStart with a sentence where something
    is missing, or too much is there.
    """
    role = ROLES.get(arguments[0] if arguments else "")
    if role is None:
        raise CannotStart(f"Say which process to run: `manage run` and one of {', '.join(ROLES)}.")
    environment = {
        **secrets_in(folder_of_secrets()),
        **papers_in(folder_of_secrets(), role),
        **os.environ,
        "ROLE": role.name,
    }
    require(role, environment)
    given = list(arguments[1:])
    command = [sys.executable, "-m", "config.manage", *given] if given else role.command(environment)
    os.execvpe(command[0], command, environment)  # noqa: S606  (our own programs, no shell)


def require(role: Role, environment: Environment) -> None:
    """Raises CannotStart where a role lacks what it needs, or was given what is another's."""
    present = {name for name in SECRETS | role.needs if environment.get(name)}
    if missing := sorted(role.needs - present):
        raise CannotStart(
            f"The process {role.name} needs {_listed(missing)}. Put each into the environment, or into a file"
            " of that name in the folder SECRETS_DIR."
        )
    if strange := sorted(present - role.needs - role.may_know):
        raise CannotStart(
            f"The process {role.name} was given {_listed(strange)}, which it must not know."
            " Take it out of its environment and its secrets, then start it again."
        )


def secrets_in(folder: Path) -> dict[str, str]:
    """One setting for each file that is named like one. Raises CannotStart for a file that cannot be read."""
    if not folder.is_dir():
        return {}
    try:
        return {
            file.name: file.read_text().strip()
            for file in sorted(folder.iterdir())
            if _NAME.fullmatch(file.name) and file.is_file()
        }
    except OSError as reason:
        raise CannotStart(
            f"{reason.filename} cannot be read by this account. Give the file to the account that runs this."
        ) from reason


def papers_in(folder: Path, role: Role) -> dict[str, str]:
    """Where the certificates lie by which this one proves itself to the vault's service, or that service to others."""
    if not role.proves_itself:
        return {}
    return {
        name: str((folder / file).absolute()) for name, file in PAPERS.items() if (folder / file).is_file()
    }


def folder_of_secrets() -> Path:
    return Path(os.environ.get("SECRETS_DIR", _USUAL_FOLDER))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# Programs -------------------------------------------------------------------------------


def granian(application: str, environment: Environment, *, port: int) -> list[str]:
    """A web server of threads. Asked to stop, it takes nothing new and ends what it has begun."""
    host, _colon, own_port = environment.get("LISTEN", f"127.0.0.1:{port}").rpartition(":")
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", own_port]
    command += ["--workers", "1", "--blocking-threads", environment.get("THREADS", "4"), "--no-ws"]
    return [*command, "--workers-kill-timeout", "25", "--log-level", "warning", application]


def vault_service(environment: Environment, *, port: int = 8001) -> list[str]:
    """
    The vault's service: TLS for those who show a certificate of the same authority.

    Raises CannotStart where it would answer in the clear beyond this machine.
    """
    command = granian("privacy.vault.wsgi:application", environment, port=port)
    authority, certificate, key = (environment.get(name, "") for name in PAPERS)
    if authority and certificate and key:
        sealed = ["--ssl-certificate", certificate, "--ssl-keyfile", key, "--ssl-ca", authority]
        return [*command[:-1], *sealed, "--ssl-client-verify", "--ssl-protocol-min", "tls1.3", command[-1]]
    if authority or certificate or key:
        raise CannotStart(
            f"The process vault-service needs {_listed(list(PAPERS))}, or none of them. `manage secrets` makes all three."
        )
    host = environment.get("LISTEN", "127.0.0.1:").rpartition(":")[0]
    if not (host and is_loopback(host)) and environment.get("VAULT_PLAIN_HTTP", "").lower() not in _YES:
        raise CannotStart(
            "The process vault-service would answer in the clear beyond this machine. Give it the certificate that"
            " `manage secrets` makes, or say VAULT_PLAIN_HTTP=true where something else seals the way."
        )
    return command


def worker(queue: str | None, environment: Environment) -> list[str]:
    """A worker of one queue, or of the common one. It talks to nobody but the queue: no gossip, no shared clock."""
    command = [*_celery("worker"), "--without-gossip", "--without-mingle", "--without-heartbeat"]
    if queue:
        return [*command, "--queues", queue, "--pool", "solo"]
    return [*command, "--concurrency", environment.get("THREADS", "2")]


def _celery(what: str) -> list[str]:
    quiet = ["-W", "ignore:You're running the worker"]
    return [
        sys.executable,
        *quiet,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "config.celery",
        what,
        "--loglevel",
        "WARNING",
    ]


def _manage(*arguments: str) -> Callable[[Environment], list[str]]:
    return lambda _environment: [sys.executable, "-m", "config.manage", *arguments]


def _role(
    name: str,
    command: Callable[[Environment], list[str]],
    needs: frozenset[str],
    may_know: frozenset[str] = frozenset(),
) -> tuple[str, Role]:
    return name, Role(name=name, command=command, needs=needs, may_know=may_know)


ROLES: dict[str, Role] = dict(
    [
        _role("web", lambda known: granian("config.wsgi:application", known, port=8000), _SITE, _PROOF),
        _role("worker", lambda known: worker(None, known), _SITE, _PROOF),
        _role("provision", lambda known: worker("provision", known), _SITE | _OWNER, _PROOF),
        _role("scheduler", lambda _known: _celery("beat"), frozenset({"VALKEY_URL", "BROKER_URL"})),
        _role("watch", _manage("watch"), _SITE, _PROOF),
        _role(
            "vault-service",
            vault_service,
            _VAULT | _TOKEN,
            _PROOF,
        ),
        _role("vault-runner", _manage("vault-run"), _VAULT),
        # These end when their work is done.
        _role("install", _manage("install"), _ADMIN, _OWNER | {"DATABASE_URL"}),
        _role("vault-install", _manage("install"), _VAULT_ADMIN, frozenset({"VAULT_DATABASE_URL"})),
        _role("migrate", _manage("migrate"), _OWNER | {"DATABASE_URL"}),
        _role("vault-migrate", _manage("migrate"), frozenset({"VAULT_DATABASE_URL"})),
        _role("backup", _manage("backup"), _OWNER | {"DATABASE_URL"}),
        _role("vault-backup", _manage("backup"), frozenset({"VAULT_DATABASE_URL"})),
    ]
)
