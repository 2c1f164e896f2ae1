"""What lies between processes and servers: both sides prove who they are, or nothing is said. Over real sockets."""

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import psutil
import psycopg
import pytest
import redis
from botocore.config import Config
from botocore.exceptions import SSLError
from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.db import connections
from django.test import override_settings
from kombu import Connection
from kombu.exceptions import OperationalError
from limits.storage import RedisStorage

from config import answers, authority, handing_out, watching
from config.authority import Wanted
from config.backups import dumps
from config.celery import _over_tls
from config.doctor import wires
from config.doctor.findings import Level
from config.embedded.trouble import CannotStart
from config.settings import _database
from kernel.tls import Papers, visit
from privacy.vault import client, interface
from privacy.vault.refusals import VaultDown
from tests.fronts import as_postgresql, as_postgresql_without_tls, front, issued_to
from tests.topology import free_port

NOW = datetime.now(UTC)


def papers_of(folder: Path) -> Papers:
    return Papers(*(str(folder / name) for name in ("ca.crt", "tls.crt", "tls.key")))


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wires") / "secrets"
    handing_out.main([str(folder), "--plain-servers"])
    return folder


@pytest.fixture(scope="module")
def service(secrets: Path) -> Iterator[str]:
    """The vault's service as containers start it, with its own folder; its address."""
    port = free_port()
    known = ("PATH", "HOME", "PYTHONPATH", "VAULT_DATABASE_URL", "VAULT_VALKEY_URL", "KEY_STORE")
    environment = {
        **{name: os.environ[name] for name in known if name in os.environ},
        "SECRETS_DIR": str(secrets / "vault-service"),
        "LISTEN": f"127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "config.manage", "run", "vault-service"]
    with (secrets.parent / "service.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        own = papers_of(secrets / "vault-service")
        for _try in range(600):
            try:
                visit(f"https://127.0.0.1:{port}", own)
                break
            except OSError:
                assert process.poll() is None, (secrets.parent / "service.log").read_text()
                time.sleep(0.05)
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def asking(url: str, papers: Papers, secrets: Path) -> Iterator[None]:
    """As a process of the sites does."""
    kept, client.transports[:] = list(client.transports), []
    token = (secrets / "web" / "VAULT_TOKEN").read_text()
    try:
        with override_settings(VAULT_URL=url, VAULT_TOKEN=token, VAULT_PAPERS=papers):
            yield
    finally:
        client.transports[:] = kept
        client._client.cache_clear()


def said() -> str:
    return " ".join(found.sentence for found in wires.service_proves_itself())


# The way to the vault ---------------------------------------------------------------------


def test_who_proves_himself_is_answered_over_a_connection_that_is_kept(secrets: Path, service: str) -> None:
    """R72, I28, ASVS 12.3.3, 12.3.5: no handshake for each call; new files are new connections."""
    own = papers_of(secrets / "web")

    def to_service() -> set[int]:
        port = int(service.rpartition(":")[2])
        kept = psutil.Process().net_connections("tcp")
        return {
            one.laddr.port
            for one in kept
            if one.raddr and one.raddr.port == port and one.status == "ESTABLISHED"
        }

    with asking(service, own, secrets):
        assert interface.vault_of_nobody().conversations() == []
        first = to_service()
        for _time in range(20):
            interface.vault_of_nobody().conversations()
        assert to_service() == first
        assert len(first) == 1
        assert said() == "This process reaches people through the vault service alone."
        handing_out.main([str(secrets), "--renew"])
        interface.vault_of_nobody().conversations()
        assert to_service() - first


def test_who_shows_no_certificate_or_a_strange_one_is_refused(
    secrets: Path, service: str, tmp_path: Path
) -> None:
    """R72, I28, ASVS 12.3.5, 13.2.1: none, of another authority, ended, or one that is for answering alone."""
    ours, others = authority.kept_in(secrets / "authority"), authority.new(at=NOW)
    believed = str(secrets / "web" / "ca.crt")
    shown = {
        "none": Papers(believed, "", ""),
        "strange": issued_to(others, tmp_path / "strange", believed, Wanted("web", asks=True)),
        "ended": issued_to(ours, tmp_path / "ended", believed, Wanted("web", asks=True), days=-2),
        "answers": issued_to(ours, tmp_path / "answers", believed, Wanted("database", ("database",))),
    }

    for name, papers in shown.items():
        with asking(service, papers, secrets):
            with pytest.raises(VaultDown):
                interface.vault_of_nobody().conversations()
            assert "At VAULT_URL the service does not admit this process" in said(), name


def test_a_certificate_without_the_token_opens_nothing(secrets: Path, service: str) -> None:
    """I28: the token stays."""
    with asking(service, papers_of(secrets / "web"), secrets), override_settings(VAULT_TOKEN="another"):
        with pytest.raises(VaultDown):
            interface.vault_of_nobody().conversations()


def test_whoever_only_says_that_he_is_the_vault_hears_nothing(
    secrets: Path, service: str, tmp_path: Path
) -> None:
    """R72, ASVS 12.3.2, 12.3.4: another authority, another name, an end, no TLS; and a caller that believes nobody."""
    ours, own = authority.kept_in(secrets / "authority"), papers_of(secrets / "web")
    others = authority.new(at=NOW)
    here = ("127.0.0.1",)
    false = {
        "of another authority": (others, Wanted("vault-service", here), 365),
        "is not one for 127.0.0.1": (ours, Wanted("vault-service", ("elsewhere.example",)), 365),
        "has ended": (ours, Wanted("vault-service", here), -2),
        # What a caller holds lets it ask; it cannot pass itself off as the vault with it.
        "Give both sides the same": (ours, Wanted("web", asks=True), 365),
    }

    for words, (signing, wanted, days) in false.items():
        shown = issued_to(signing, tmp_path / words.replace(" ", "-"), own.authority, wanted, days=days)
        heard: list[bytes] = []
        with front(shown, heard=heard) as port, asking(f"https://127.0.0.1:{port}", own, secrets):
            with pytest.raises(VaultDown):
                interface.vault_of_nobody().conversations()
            assert words in said()
        assert heard == []
    with asking(service, replace(own, authority=""), secrets):
        with pytest.raises(VaultDown):
            interface.vault_of_nobody().conversations()
        assert "nothing says whose certificate to believe. Set VAULT_CA" in said()
    with asking(service.replace("https", "http"), own, secrets):
        with pytest.raises(VaultDown):
            interface.vault_of_nobody().conversations()
        assert "speaks TLS alone. Write https" in said()


def test_plain_http_beyond_this_machine_is_told(secrets: Path) -> None:
    """ASVS 12.3.1: unless a setting says openly that something else seals it."""
    with asking("http://192.0.2.1:8000", Papers("", "", ""), secrets):
        assert [found.level for found in wires.service_proves_itself()] == [Level.MEND]
        assert "speaks plain HTTP beyond this machine" in said()
    with (
        asking("http://no-such-host.invalid:8000", Papers("", "", ""), secrets),
        override_settings(VAULT_PLAIN_HTTP=True),
    ):
        assert [found.level for found in wires.service_proves_itself()] == [Level.LOOK, Level.AWAY]


def test_probes_ask_with_the_services_own_certificate(
    secrets: Path, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R72: what compose.yaml and the manifests run inside the container."""
    monkeypatch.setenv("LISTEN", f"0.0.0.0:{service.rpartition(':')[2]}")
    monkeypatch.setenv("SECRETS_DIR", str(secrets / "vault-service"))
    assert answers.main() == 0

    monkeypatch.setenv("SECRETS_DIR", str(secrets / "vault-runner"))
    assert answers.main() == 1


def test_days_that_are_left_are_told(secrets: Path, service: str) -> None:
    """R73: of what the service shows, of what this process holds, and of the authority."""
    with asking(service, papers_of(secrets / "watch"), secrets):
        days = watching._days_left(datetime.now(UTC))
        assert {name: round(left) for name, left in days.items()} == {
            "own": 365,
            "authority": 3650,
            "service": 365,
        }
    with asking(service, Papers(str(secrets / "web" / "ca.crt"), "/nowhere", ""), secrets):
        assert watching._days_left(datetime.now(UTC)) == {"own": 0.0, "authority": pytest.approx(3650, abs=1)}


# What a process holds ---------------------------------------------------------------------


def test_files_that_are_missing_do_not_fit_or_end_are_told(secrets: Path, tmp_path: Path) -> None:
    """R72: in one sentence each, and none of them shows a key."""
    ours, own = authority.kept_in(secrets / "authority"), papers_of(secrets / "web")
    soon = issued_to(ours, tmp_path / "soon", own.authority, Wanted("web", asks=True), days=20)
    ended = issued_to(ours, tmp_path / "ended", own.authority, Wanted("web", asks=True), days=-2)
    strange = issued_to(authority.new(at=NOW), tmp_path / "strange", own.authority, Wanted("web", asks=True))
    no_certificate = tmp_path / "empty"
    no_certificate.write_text("nothing")
    now = datetime.now(UTC)

    for papers, words in {
        own: "holds until",
        replace(own, key="/nowhere/tls.key"): "/nowhere/tls.key is not there",
        replace(own, key=""): "belong together",
        replace(own, key=soon.key): "the key is another's",
        replace(own, authority=str(no_certificate)): "holds no certificate",
        strange: "was not signed by the authority of VAULT_CA",
        soon: f"ends on {now + timedelta(days=20):%d.%m.%Y}. Renew it",
        ended: f"ended on {now - timedelta(days=2):%d.%m.%Y}. Renew it",
    }.items():
        with override_settings(VAULT_PAPERS=papers):
            (found,) = wires.certificates_hold()
        assert words in found.sentence
        assert found.level == (Level.FINE if papers == own else Level.MEND)
    with override_settings(VAULT_PAPERS=Papers("", "", "")):
        assert list(wires.certificates_hold()) == []


def test_certificates_are_renewed_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """R72: the same names by the same authority, for whoever reads the folder; a new authority on demand alone."""
    folder = tmp_path / "s"
    handing_out.main([str(folder), "--conversations", "db.example:5433", "--service", "vault.example"])
    before = {file: file.read_text() for file in folder.rglob("*") if file.is_file()}

    handing_out.main([str(folder), "--renew"])

    after = {file: file.read_text() for file in folder.rglob("*") if file.is_file()}
    changed = {file.relative_to(folder).as_posix() for file in after if before[file] != after[file]}
    proving = (
        "web",
        "worker",
        "provision",
        "watch",
        "vault-service",
        "database",
        "vault-database",
        "valkey",
        "files",
    )
    assert changed == {f"{name}/tls.{end}" for name in proving for end in ("crt", "key")}
    assert all(file.stat().st_mode & 0o077 == 0 for file in after)
    shown = authority.wanted_again((folder / "vault-service" / "tls.crt").read_text())
    assert {"vault.example", "vault-service.conversations-vault.svc", "127.0.0.1"} <= set(shown.hosts)
    assert authority.wanted_again((folder / "database" / "tls.crt").read_text()).hosts == ("db.example",)
    assert (
        "sslmode=verify-full&sslrootcert=/run/secrets/ca.crt" in (folder / "web" / "DATABASE_URL").read_text()
    )

    handing_out.main([str(folder), "--new-authority"])
    assert (folder / "web" / "ca.crt").read_text() != before[folder / "web" / "ca.crt"]
    assert "Start every process again" in capsys.readouterr().out
    (folder / "authority" / "ca.key").unlink()
    with pytest.raises(CannotStart, match="Bring its `ca.crt` and `ca.key` back"):
        handing_out.main([str(folder), "--renew"])


def test_servers_with_certificates_of_others_are_believed_by_those(tmp_path: Path) -> None:
    """R72: managed ones. Their authorities lie in each folder, and our own says nothing about them."""
    theirs = tmp_path / "theirs.crt"
    theirs.write_text(authority.new(at=NOW).pem().certificate)
    folder = tmp_path / "s"

    handing_out.main([str(folder), "--servers-ca", str(theirs)])

    assert (folder / "web" / "servers.crt").read_text() == theirs.read_text()
    assert "ssl_ca_certs=/run/secrets/servers.crt" in (folder / "worker" / "BROKER_URL").read_text()
    assert not list(folder.glob("*database/tls.crt"))


# Databases, Valkey, files, mail -----------------------------------------------------------


def test_postgresql_is_spoken_to_only_after_it_proved_itself(secrets: Path, tmp_path: Path) -> None:
    """R72, ASVS 12.3.1, 12.3.2: settings hand all of it on, to `pg_dump` as well, and nothing falls back."""
    ours = authority.kept_in(secrets / "authority")
    believed, strange = str(secrets / "web" / "ca.crt"), tmp_path / "strange.crt"
    strange.write_text(authority.new(at=NOW).pem().certificate)
    shown = issued_to(ours, tmp_path / "server", believed, Wanted("database", ("127.0.0.1",)))
    known = settings.DATABASES["default"]
    there = f"{known['HOST']}/.s.PGSQL.{known['PORT'] or 5432}"

    def connect(port: int, root: str) -> Any:
        options = _database(f"postgresql:///?sslmode=verify-full&sslrootcert={root}")["OPTIONS"]
        tls = {name: options[name] for name in ("sslmode", "sslrootcert")}
        return psycopg.connect(host="127.0.0.1", port=port, user="web", dbname=known["NAME"], **tls)

    with front(shown, to=there, begins=as_postgresql) as port:
        with connect(port, believed) as login:
            assert login.pgconn.ssl_in_use
            assert login.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
            connect(port, str(strange))
    with front(shown, to=there, begins=as_postgresql_without_tls) as port:
        with pytest.raises(psycopg.OperationalError, match="does not support SSL"):
            connect(port, believed)


def test_a_dump_asks_for_the_same_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "error: $*" >&2\nexit 1\n')
    program.chmod(0o700)
    monkeypatch.setattr(dumps, "client_program", lambda _name: program)
    options = {**settings.DATABASES["default"]["OPTIONS"], "sslmode": "verify-full", "sslrootcert": "/ca.crt"}
    monkeypatch.setitem(connections["default"].settings_dict, "OPTIONS", options)

    with pytest.raises(CannotStart, match=r"sslmode=verify-full sslrootcert=/ca\.crt"):
        dumps.dump("default", ["public"], tmp_path / "dump")


def test_valkey_is_spoken_to_only_after_it_proved_itself(secrets: Path, tmp_path: Path) -> None:
    """R72, ASVS 12.3.1, 12.3.2: sessions and caches, limits, and the queue, whose library looks at nothing by itself."""
    ours = authority.kept_in(secrets / "authority")
    believed, strange = str(secrets / "web" / "ca.crt"), tmp_path / "strange.crt"
    strange.write_text(authority.new(at=NOW).pem().certificate)
    shown = issued_to(ours, tmp_path / "server", believed, Wanted("valkey", ("127.0.0.1",)))
    login, _at, rest = settings.VALKEY_URL.removeprefix("unix://").partition("@")

    def everybody(url: str) -> Iterator[Callable[[], object]]:
        once = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
        quickly = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
        yield redis.Redis.from_url(url, retry=once).ping
        yield RedisStorage(url, retry=once).get_connection().ping  # type: ignore[arg-type]  # redis takes it
        queue = Connection(url, ssl=_over_tls(url), transport_options=quickly)
        yield partial(_ask_the_queue, queue)

    with front(shown, to=rest.partition("?")[0]) as port:
        where = f"rediss://{login}@127.0.0.1:{port}/0"
        for ask in everybody(f"{where}?ssl_cert_reqs=required&ssl_ca_certs={believed}"):
            assert ask()
        # Of another authority, and of none that the machine knows.
        for url in (f"{where}?ssl_cert_reqs=required&ssl_ca_certs={strange}", where):
            for ask in everybody(url):
                with pytest.raises(
                    (redis.ConnectionError, OperationalError), match="CERTIFICATE_VERIFY_FAILED"
                ):
                    ask()


def test_files_and_mail_look_whose_server_it_is(secrets: Path, tmp_path: Path) -> None:
    """ASVS 12.3.2: S3 and SMTP, by the authorities that the machine knows or is told of."""
    ours = authority.kept_in(secrets / "authority")
    shown = issued_to(ours, tmp_path / "server", "", Wanted("files", ("127.0.0.1",)))
    once = Config(retries={"max_attempts": 0})
    somebody = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b")
    with front(shown) as port, pytest.raises(SSLError):
        somebody.client("s3", endpoint_url=f"https://127.0.0.1:{port}", config=once).list_buckets()

    looking = EmailBackend(use_tls=True).ssl_context
    assert (looking.verify_mode, looking.check_hostname) == (ssl.CERT_REQUIRED, True)


def _ask_the_queue(queue: Any) -> object:
    return queue.default_channel.client.ping()
