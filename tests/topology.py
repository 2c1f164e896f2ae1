"""
The topology of compose.yaml as processes of this machine: each service started by its own command, with its own
environment and its own folder of secrets, beside two PostgreSQL servers that want passwords and a Valkey.

What a machine without containers cannot have stands in `_here`, and nowhere else.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import yaml

from config.embedded import binaries, child
from config.embedded.folders import make_base
from config.embedded.postgres import ADMIN, PostgresServer

ROOT = Path(__file__).resolve().parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
LASTING = ("vault-service", "vault-runner", "worker", "provision", "scheduler", "watch", "web")
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_KNOWN = ("PATH", "HOME", "LANG", "PYTHONPATH")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class _Server(PostgresServer):
    """A server of compose.yaml: its settings, a port of its own, and nobody without a password."""

    port: int = 0

    def url(self, user: str, database: str) -> str:
        return f"{super().url(user, database)}&port={self.port}"

    def lock(self, password: str) -> None:
        with psycopg.connect(self.url(ADMIN, "postgres"), autocommit=True) as admin:
            admin.pgconn.change_password(ADMIN.encode(), password.encode())
            ways = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n"
            (self.data / "pg_hba.conf").write_text(ways)
            admin.execute("SELECT pg_reload_conf()")


@dataclass
class Topology:
    """`folder` holds everything; `settings` are what a journey wants besides."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    servers: list[_Server] = field(default_factory=list)
    ports: dict[str, int] = field(default_factory=dict)

    def start(self, *, demonstration: bool = True) -> None:
        """Raises AssertionError with what was printed where a process does not do its work."""
        make_base(self.folder)
        names = ("database", "vault-database", "valkey", "vault-service", "watch", "web-metrics")
        self.ports = {"web": self.port, **{name: free_port() for name in names}}
        # The servers of the wheels speak no TLS; the vault's service does, so every journey goes through it.
        hand_out = ["--plain-servers", "--conversations", self._at("database")]
        hand_out += ["--vault", self._at("vault-database")]
        self._manage({}, "secrets", str(self.folder / "secrets"), *hand_out, "--valkey", self._at("valkey"))
        for name in ("database", "vault-database"):
            self._start_server(name)
        self._start_valkey()
        self.end("install", "vault-install")
        self.end("migrate", "vault-migrate")
        self._write_for_operators()
        # As the image does it, where nothing is known yet.
        self._manage({"ROLE": "build", **self._here("web")}, "collectstatic", "--noinput", "--verbosity", "0")
        if demonstration:
            self._manage({"LOCAL_DIR": str(self.folder), **self._here("operator")}, "load-demo")
        for name in LASTING:
            self.begin(name)
        self.wait(f"http://127.0.0.1:{self.port}/readyz")

    def begin(self, service: str) -> None:
        """Start one lasting process, once more where it was started before."""
        with (self.folder / f"{service}.log").open("ab") as log:
            command, environment = self.command(service), self.environment(service)
            self.processes[service] = child.spawn(command, output=log, environment=environment)

    def end(self, *services: str) -> None:
        """Run processes that end by themselves, at the same time."""
        running = {}
        for service in services:
            running[service] = subprocess.Popen(
                self.command(service),
                env=self.environment(service),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        for service, process in running.items():
            printed, _nothing = process.communicate(timeout=120)
            assert process.returncode == 0, f"{service}: {printed}"

    def command(self, service: str) -> list[str]:
        """The entry point of the image and the command of compose.yaml."""
        lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
        entry = json.loads(next(line for line in lines if line.startswith("ENTRYPOINT")).split(" ", 1)[1])
        assert entry[0] == "manage"
        return [sys.executable, "-m", "config.manage", *entry[1:], *COMPOSE["services"][service]["command"]]

    def environment(self, service: str) -> dict[str, str]:
        """What compose.yaml gives it, its own folder of secrets, and what is different here."""
        said = {name: str(value) for name, value in COMPOSE["services"][service]["environment"].items()}
        (mounted,) = [
            volume
            for volume in COMPOSE["services"][service]["volumes"]
            if volume.endswith(":/run/secrets:ro")
        ]
        own = self.folder / "secrets" / mounted.split("/run/secrets")[0].rstrip(":").rsplit("/", 1)[1]
        known = {name: os.environ[name] for name in _KNOWN if name in os.environ}
        here = {name: value for name, value in self._here(service).items() if value is not None}
        kept = {name: value for name, value in said.items() if name not in self._here(service)}
        return {**known, **kept, **here, "SECRETS_DIR": str(own)}

    def wait(self, address: str) -> None:
        for _try in range(600):
            try:
                if httpx.get(address, trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            assert self.processes["web"].poll() is None, self.said("web")
            time.sleep(0.05)
        raise AssertionError(f"{address} did not answer:\n{self.said(*LASTING)}")

    def said(self, *services: str) -> str:
        logs = [self.folder / f"{service}.log" for service in services]
        return "\n".join(f"{log.stem}: {log.read_text()[-1500:]}" for log in logs if log.exists())

    def stop(self, services: Iterable[str] = ()) -> dict[str, int]:
        """Ask processes to end, all of them where none is named; returns how each ended."""
        named = list(services) or [*reversed(LASTING), "valkey"]
        for name in named:
            if name in self.processes:
                self.processes[name].send_signal(signal.SIGTERM)
        ended = {}
        for name in named:
            process = self.processes.pop(name, None)
            if process is not None:
                try:
                    process.wait(40)  # told once: a second signal would end what is being ended
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                ended[name] = process.returncode
        if not services:
            for server in self.servers:
                server.stop()
        return ended

    def secret(self, role: str, name: str) -> str:
        return (self.folder / "secrets" / role / name).read_text()

    def _at(self, name: str) -> str:
        return f"127.0.0.1:{self.ports[name]}"

    def _here(self, service: str) -> dict[str, Any]:
        """What differs from compose.yaml on a machine without containers; None takes a setting away."""
        folder = self.folder
        shared: dict[str, Any] = {
            "BASE_DOMAIN": f"localhost:{self.port}",
            "PLAIN_HTTP": "true",
            "BEHIND_PROXY": "false",
            # No mail server and no object store: folders.
            **dict.fromkeys(
                ("EMAIL_BACKEND", "EMAIL_USE_TLS", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER")
            ),
            **dict.fromkeys(("S3_BUCKET", "S3_ENDPOINT", "SUPPRESSION_LISTS", "FROM_EMAIL", "LANGUAGES")),
            "AWS_CA_BUNDLE": None,
            "OUTBOX_DIR": str(folder / "outbox"),
            "STATIC_DIR": str(folder / "static"),
            "LOCAL_DIR": str(folder / "nothing"),
            "DEMO": "true",
            "POLIS_EXPORTS": "/nowhere",
            **self.settings,
        }
        if not service.startswith("vault"):
            shared["FILES_DIR"] = str(folder / "files")
        listening = {"web": "web", "vault-service": "vault-service"}
        asked = {"web": "web-metrics", "watch": "watch"}
        if service in listening:
            shared["LISTEN"] = self._at(listening[service])
        if service in asked:
            shared["METRICS_LISTEN"] = self._at(asked[service])
        environment = COMPOSE["services"].get(service, {}).get("environment", {})
        if "VAULT_URL" in environment:
            shared["VAULT_URL"] = f"https://{self._at('vault-service')}"
        if "KEY_STORE" in environment:
            shared["KEY_STORE"] = self._keys()
        if "BACKUPS_DIR" in environment:
            shared["BACKUPS_DIR"] = str(folder / ("vault-backups" if "vault" in service else "backups"))
        if service == "operator":
            return {
                name: value for name, value in shared.items() if value is not None and name != "LOCAL_DIR"
            }
        return shared

    def _keys(self) -> str:
        return f"directory:{self.folder / 'keys'}:{self.folder / 'keys-copy'}"

    def _manage(self, environment: Mapping[str, Any], *arguments: str) -> None:
        known = {name: os.environ[name] for name in _KNOWN if name in os.environ}
        given = {name: str(value) for name, value in environment.items() if value is not None}
        done = subprocess.run(
            [sys.executable, "-m", "config.manage", *arguments],
            env={**known, "LOCAL_DIR": str(self.folder / "nothing"), **given},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr[-2000:]

    def _start_server(self, name: str) -> None:
        said = COMPOSE["services"][name]["command"]
        options = dict(option.split("=", 1) for option in said[2::2] if not option.startswith("ssl"))
        options |= {**_FAST, "listen_addresses": "127.0.0.1", "port": str(self.ports[name])}
        programs = binaries.postgres_programs(self.folder / "servers")
        server = _Server(self.folder / "servers" / name, programs, options, port=self.ports[name])
        self.servers.append(server)
        server.folder.parent.mkdir(mode=0o711, exist_ok=True)
        server.start()
        server.lock(self.secret(name, "POSTGRES_PASSWORD"))

    def _start_valkey(self) -> None:
        program = binaries.valkey_program(self.folder / "servers")
        users = str(self.folder / "secrets" / "valkey" / "users.acl")
        said = [
            users if part == "/run/secrets/users.acl" else part
            for part in _before("--port", COMPOSE["services"]["valkey"]["command"])
        ]
        where = ["--port", str(self.ports["valkey"]), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        with (self.folder / "valkey.log").open("wb") as log:
            self.processes["valkey"] = child.spawn([program, *said[1:], *where], output=log)

    def _write_for_operators(self) -> None:
        """What `manage` without a process of its own reads: everything, as whoever made the secrets has it."""
        everything = {}
        for file in (self.folder / "secrets").glob("*/*"):
            if not file.parent.name.endswith("install") and file.name.isupper():
                everything[file.name] = file.read_text()
        here = self._here("operator")
        everything |= {name: here[name] for name in ("FILES_DIR", "OUTBOX_DIR", "STATIC_DIR")}
        everything["KEY_STORE"] = self._keys()
        del everything["POSTGRES_PASSWORD"]
        (self.folder / "services.json").write_text(json.dumps(everything))


def _before(option: str, command: list[str]) -> list[str]:
    return command[: command.index(option)]


def make_folder() -> Path:
    """A short one: sockets do not bear long paths."""
    return Path(tempfile.mkdtemp(prefix=f"top-{secrets.token_hex(2)}-"))
