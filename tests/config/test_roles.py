"""One entry point for each process: what it needs, what it must not know, and what becomes of it."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config import install
from config.embedded import binaries
from config.embedded.postgres import ADMIN, PostgresServer
from config.embedded.trouble import CannotStart
from config.roles import ROLES, SECRETS, require, secrets_in
from tests.topology import make_folder

EVERYTHING = dict.fromkeys([*SECRETS, "VAULT_URL"], "value")


@pytest.mark.parametrize("name", sorted(ROLES))
def test_a_role_starts_with_its_own_and_with_nothing_else(name: str) -> None:
    """R72."""
    role = ROLES[name]
    own = role.environment({**EVERYTHING, "LOG_LEVEL": "INFO"})

    require(role, own)
    assert own["LOG_LEVEL"] == "INFO"
    for missing in role.needs:
        with pytest.raises(CannotStart, match=f"needs {missing}"):
            require(role, {one: value for one, value in own.items() if one != missing})
    for strange in SECRETS - role.needs - role.may_know:
        with pytest.raises(CannotStart, match=f"was given {strange}, which it must not know"):
            require(role, {**own, strange: "value"})


def test_no_role_holds_both_people_and_what_they_wrote() -> None:
    """R72, I28: the oldest rule here, over every process there is."""
    for role in ROLES.values():
        known = role.needs | role.may_know
        assert not (
            {"VAULT_DATABASE_URL", "KEY_STORE"} & known and {"DATABASE_URL", "OWNER_DATABASE_URL"} & known
        )
    owners = {role.name for role in ROLES.values() if "OWNER_DATABASE_URL" in role.needs}
    assert owners == {"provision", "migrate", "backup"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("web", ["granian", "config.wsgi:application", "9.9.9.9", "7000", "--blocking-threads 8"]),
        ("vault-service", ["granian", "privacy.vault.wsgi:application", "9.9.9.9", "--ssl-client-verify"]),
        ("worker", ["celery", "worker", "--concurrency 8"]),
        ("provision", ["celery", "worker", "--queues provision", "--pool solo"]),
        ("scheduler", ["celery", "beat"]),
        ("watch", ["config.manage watch"]),
        ("vault-runner", ["config.manage vault-run"]),
    ],
)
def test_a_role_becomes_its_program(name: str, words: list[str]) -> None:
    papers = {"VAULT_CA": "/ca", "VAULT_CERTIFICATE": "/crt", "VAULT_CERTIFICATE_KEY": "/key"}
    command = " ".join(ROLES[name].command({"LISTEN": "9.9.9.9:7000", "THREADS": "8", **papers}))

    assert [word for word in words if word not in command] == []


def test_the_vaults_service_does_not_answer_others_in_the_clear() -> None:
    """R72, ASVS 12.3.3: without a certificate this machine alone, unless something else is said to seal it."""
    start = ROLES["vault-service"].command

    for listen in ("0.0.0.0:8000", ":8000", "10.0.0.7:8000"):
        with pytest.raises(CannotStart, match="would answer in the clear"):
            start({"LISTEN": listen})
        assert "--ssl-certificate" not in start({"LISTEN": listen, "VAULT_PLAIN_HTTP": "true"})
    assert "--ssl-certificate" not in start({"LISTEN": "127.0.0.1:8001"})
    with pytest.raises(CannotStart, match="or none of them"):
        start({"LISTEN": "127.0.0.1:8001", "VAULT_CERTIFICATE": "/crt"})


def test_secrets_are_files_named_like_settings(tmp_path: Path) -> None:
    (tmp_path / "SECRET_KEY").write_text("a key\n")
    (tmp_path / "readme.txt").write_text("not one")
    (tmp_path / "..data").mkdir()

    assert secrets_in(tmp_path) == {"SECRET_KEY": "a key"}
    assert secrets_in(tmp_path / "nowhere") == {}


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    command = [sys.executable, "-m", "config.manage", "run", *arguments]
    return subprocess.run(command, env={**known, **environment}, capture_output=True, text=True, check=False)


def test_a_process_takes_its_folder_and_the_environment_wins(tmp_path: Path) -> None:
    for name in ROLES["scheduler"].needs:
        (tmp_path / name).write_text("redis://from-the-folder")
    code = "from django.conf import settings; print(settings.ROLE, settings.VALKEY_URL, settings.BROKER_URL)"

    done = _run(
        *("scheduler", "shell", "--no-imports", "-c", code),
        SECRETS_DIR=str(tmp_path),
        BROKER_URL="redis://from-outside",
    )

    assert done.stdout.split() == ["scheduler", "redis://from-the-folder", "redis://from-outside"], (
        done.stderr
    )


def test_a_role_that_is_none_is_told_which_there_are() -> None:
    done = _run("everything")

    assert done.returncode == 1
    assert "one of web, worker" in done.stderr
    assert "Traceback" not in done.stderr


def test_install_gives_passwords_and_needs_no_superuser() -> None:
    """R72: as on a managed server, whose administrator may make roles and databases and no more."""
    import shutil

    folder = make_folder()
    folder.chmod(0o711)
    server = PostgresServer(
        folder / "server", binaries.postgres_programs(folder / "programs"), {"fsync": "off"}
    )
    try:
        server.start()
        with psycopg.connect(server.url(ADMIN, "postgres"), autocommit=True) as admin:
            admin.execute("CREATE ROLE managed LOGIN CREATEROLE CREATEDB")
        managed = server.url("managed", "{database}")
        for _time in range(2):
            install.conversation_server(managed, "conversations")
            install.vault_server(managed, "vault")
        install.set_passwords(
            managed, ["postgresql://web:a-password@/conversations", "postgresql://owner@/x"]
        )

        with psycopg.connect(server.url(ADMIN, "conversations")) as admin:
            found: dict[str, str] = dict(
                admin.execute("SELECT rolname, rolpassword FROM pg_authid").fetchall()
            )
            assert str(found["web"]).startswith("SCRAM-SHA-256$")
            assert found["owner"] is None
            holder = admin.execute(
                "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'conversations'"
            )
            assert holder.fetchone() == ("owner",)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
