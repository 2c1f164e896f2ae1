"""`manage doctor`: each check finds what it is there for, says it in a plain sentence, and ends with its code."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from config import doctor
from config.doctor import configuration, databases, stores, wires
from config.doctor.findings import Check, Finding, Level
from kernel.valkey import vault_client
from privacy.keys.configured import key_store
from tests.machinery import admin_url
from tests.postbox import Postbox

SENTENCE_ENDS = ".)"


def levels(check: Check) -> set[Level]:
    return {found.level for found in _all(check)}


def words(check: Check) -> str:
    return " ".join(found.sentence for found in _all(check))


def _all(check: Check) -> list[Finding]:
    found = list(check())
    for one in found:
        assert one.sentence[-1] in SENTENCE_ENDS
        assert one.sentence[0].isupper() or one.sentence[0] == "/" or one.sentence[0].isdigit()
    return found


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def put(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return put


def test_every_check_has_a_test_here() -> None:
    text = Path(__file__).read_text()

    assert [name for name, check in doctor.CHECKS.items() if f".{check.__name__}" not in text] == []


@pytest.mark.parametrize(
    ("setting", "word"),
    [({"DEBUG": True}, "DEBUG"), ({"DEMO": True}, "DEMO"), ({"BASE_DOMAIN": "localhost:8000"}, "localhost")],
)
def test_settings_of_a_demonstration_are_told(setting: dict[str, Any], word: str) -> None:
    with override_settings(BASE_DOMAIN="talk.example"):
        assert levels(configuration.settings_are_for_production) == {Level.FINE}
    with override_settings(**{"BASE_DOMAIN": "talk.example", **setting}):
        assert word in words(configuration.settings_are_for_production)
        assert Level.FINE not in levels(configuration.settings_are_for_production)


@pytest.mark.parametrize(
    "values",
    [
        {"SECRET_KEY": "short"},
        {"SECRET_KEY": "a" * 60},
        {"VAULT_TOKEN": "token"},
        {"DATABASE_URL": "postgresql://web:web@db.example/conversations"},
        {"VALKEY_URL": "redis://web@valkey.example/0"},
    ],
)
def test_secrets_that_can_be_guessed_are_told(
    environment: Callable[..., None], values: dict[str, str]
) -> None:
    environment(**values)

    assert next(iter(values)) in words(configuration.secrets_are_strong)
    assert Level.MEND in levels(configuration.secrets_are_strong)
    for value in values.values():
        assert value not in words(configuration.secrets_are_strong)


def test_a_process_with_another_ones_secret_is_told(environment: Callable[..., None]) -> None:
    """R72."""
    environment(ADMIN_DATABASE_URL="postgresql://x", VAULT_URL="http://vault", VAULT_TOKEN="x")
    with override_settings(ROLE="web"):
        assert "must not know" in words(configuration.only_its_own_secrets)
    with override_settings(ROLE=""):
        assert levels(configuration.only_its_own_secrets) == {Level.LOOK}


def test_tls_settings_are_told() -> None:
    with override_settings(PLAIN_HTTP=True):
        assert levels(configuration.tls_is_on) == {Level.LOOK}
    with override_settings(PLAIN_HTTP=False, SECURE_PROXY_SSL_HEADER=None):
        assert "BEHIND_PROXY" in words(configuration.tls_is_on)
    with override_settings(PLAIN_HTTP=False, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        assert levels(configuration.tls_is_on) == {Level.FINE}


# Databases --------------------------------------------------------------------------------


@pytest.fixture
def as_superuser(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """The process was given the administrator's login."""

    def give(alias: str) -> None:
        monkeypatch.setitem(connections[alias].settings_dict, "USER", "postgres")

    return give


@pytest.mark.parametrize(
    ("alias", "check"),
    [
        ("default", databases.web_login_can_little),
        ("owner", databases.owner_is_no_superuser),
        ("vault", databases.vault_login_is_apart),
    ],
)
def test_logins_with_too_much_power_are_told(
    as_superuser: Callable[[str], None], alias: str, check: Check
) -> None:
    assert Level.MEND not in levels(check)

    as_superuser(alias)

    assert "superuser" in words(check)
    assert Level.MEND in levels(check)


def test_a_web_login_that_owns_tables_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections["default"].settings_dict, "USER", "owner")

    assert "make roles and make schemas and read organisations" in words(databases.web_login_can_little)


def test_one_server_for_both_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = connections["default"].settings_dict
    for name in ("HOST", "NAME", "USER", "PORT"):
        monkeypatch.setitem(connections["vault"].settings_dict, name, ours[name])

    assert "one PostgreSQL server" in words(databases.vault_login_is_apart)


def test_a_database_that_is_away_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections["default"].settings_dict, "HOST", "/nowhere")

    assert levels(databases.web_login_can_little) == {Level.AWAY}


def test_a_server_that_keeps_statements_is_told() -> None:
    """L19."""
    import psycopg

    name = str(settings.DATABASES["default"]["NAME"])
    assert Level.MEND not in levels(databases.servers_keep_quiet)
    with psycopg.connect(admin_url("conversation", name), autocommit=True) as admin:
        admin.execute("ALTER ROLE web SET log_min_duration_statement = 0")
        try:
            assert "log_min_duration_statement = -1" in words(databases.servers_keep_quiet)
        finally:
            admin.execute("ALTER ROLE web RESET log_min_duration_statement")


def test_statistics_that_can_be_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert levels(databases.catalogue_is_hidden) == {Level.FINE}

    monkeypatch.setitem(connections["default"].settings_dict, "USER", "owner")
    assert levels(databases.catalogue_is_hidden) == {Level.LOOK}


def test_missing_migrations_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert levels(databases.migrations_are_there) == {Level.FINE}

    monkeypatch.setattr(databases, "missing_migrations", lambda: ["conversations.9999_later"])
    assert "1 migrations are missing, conversations.9999_later first" in words(databases.migrations_are_there)


def test_a_wrong_clock_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """F14."""
    assert levels(databases.clocks_agree) == {Level.FINE}

    real = timezone.now
    monkeypatch.setattr("config.doctor.databases.timezone.now", lambda: real() + timedelta(minutes=5))
    assert "300 seconds" in words(databases.clocks_agree)


# Everything else --------------------------------------------------------------------------


def test_a_way_around_the_vault_service_is_told(environment: Callable[..., None]) -> None:
    """I28."""
    with override_settings(VAULT_URL=""):
        assert levels(stores.way_to_the_vault) == {Level.LOOK}
    with override_settings(VAULT_URL="http://127.0.0.1:1"):
        assert "take VAULT_DATABASE_URL, VAULT_VALKEY_URL, KEY_STORE away" in words(stores.way_to_the_vault)


def test_a_vault_service_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VAULT_DATABASE_URL", "VAULT_VALKEY_URL", "KEY_STORE"):
        monkeypatch.delenv(name)
    with override_settings(VAULT_URL="http://127.0.0.1:1"):
        assert levels(stores.way_to_the_vault) == {Level.AWAY}


def test_wires_that_can_be_read_or_that_nobody_looks_at_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """R72, ASVS 12.3.1: what leaves this machine for PostgreSQL, Valkey and files."""
    assert levels(wires.wires_are_sealed) == {Level.FINE}
    assert levels(wires.certificates_hold) == set()

    monkeypatch.setitem(settings.DATABASES["default"], "HOST", "db.example")
    for mode, level in {"": Level.LOOK, "require": Level.MEND, "verify-full": Level.FINE}.items():
        monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", {"sslmode": mode} if mode else {})
        assert levels(wires.wires_are_sealed) == {level}, mode
    for name, address, level in (
        ("BROKER_URL", "redis://web@valkey.example/0", Level.LOOK),
        ("VALKEY_URL", "rediss://web@valkey.example/0?ssl_cert_reqs=none", Level.MEND),
        ("VALKEY_URL", "rediss://web@valkey.example/0?ssl_check_hostname=false", Level.MEND),
        ("VALKEY_URL", "rediss://web@valkey.example/0", Level.FINE),
        ("S3_ENDPOINT", "http://files.example:8333", Level.LOOK),
        ("S3_ENDPOINT", "http://127.0.0.1:8333", Level.FINE),
    ):
        with override_settings(**{name: address}):
            assert levels(wires.wires_are_sealed) == {level}, address
            assert (name in words(wires.wires_are_sealed)) == (level != Level.FINE)


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "copy").mkdir(mode=0o700)
    with override_settings(
        KEY_STORE=f"directory:{tmp_path / 'keys'}:{tmp_path / 'copy'}",
        FILES_DIR=str(tmp_path / "files"),
        BACKUPS_DIR=str(tmp_path / "backups"),
    ):
        key_store.cache_clear()
        yield tmp_path
    key_store.cache_clear()


def test_keys_on_one_disk_open_to_others_or_lost_are_told(folders: Path) -> None:
    """Decision 005."""
    assert "on one disk" in words(stores.keys_are_apart)
    assert Level.MEND not in levels(stores.keys_are_apart)

    (folders / "keys").chmod(0o755)
    assert "Make it 0700" in words(stores.keys_are_apart)
    (folders / "keys" / "one.keys").write_text("x")
    assert "1 key files lie in one folder only" in words(stores.keys_are_apart)
    assert stat.S_IMODE((folders / "copy").stat().st_mode) == 0o700


def test_keys_where_backups_are_kept_are_told(folders: Path) -> None:
    with override_settings(BACKUPS_DIR=str(folders)):
        assert "can never be made unreadable" in words(stores.keys_are_apart)
    with override_settings(KEY_STORE="somewhere"):
        assert "names no place" in words(stores.keys_are_apart)


def test_valkey_users_that_see_too_much_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """R72."""
    found = words(stores.valkey_users_are_apart)
    assert levels(stores.valkey_users_are_apart) == {Level.FINE}
    assert "`web`" in found
    assert "`vault`" in found

    monkeypatch.setattr(stores, "web_client", vault_client)
    assert "can read keys that are not its own" in words(stores.valkey_users_are_apart)
    with override_settings(VALKEY_URL="redis://127.0.0.1:1", VAULT_VALKEY_URL=""):
        monkeypatch.undo()
        from kernel import valkey

        valkey._client.cache_clear()
        assert levels(stores.valkey_users_are_apart) == {Level.AWAY}
        valkey._client.cache_clear()


@pytest.mark.parametrize(("versions", "level"), [("Enabled", Level.FINE), ("Suspended", Level.MEND)])
def test_a_bucket_without_versions_is_told(s3_endpoint: str, versions: str, level: Level) -> None:
    bucket = f"files-{uuid4().hex}"
    client = boto3.client("s3", endpoint_url=s3_endpoint)
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": versions})
    files = {
        **settings.STORAGES,
        "files": {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {"bucket_name": bucket, "endpoint_url": s3_endpoint},
        },
    }
    with override_settings(
        S3_BUCKET=bucket, S3_ENDPOINT=s3_endpoint, STORAGES=files, KEY_STORE=f"kms:{bucket}x"
    ):
        assert levels(stores.files_have_versions) == {level}
        key_store.cache_clear()
        client.create_bucket(Bucket=f"{bucket}x")
        client.put_bucket_versioning(Bucket=f"{bucket}x", VersioningConfiguration={"Status": versions})
        assert levels(stores.keys_are_apart) == ({Level.MEND} if versions == "Enabled" else {Level.FINE})
    key_store.cache_clear()
    assert storages["files"]
    assert levels(stores.files_have_versions) == {Level.LOOK}


def test_mail_that_does_not_leave_is_told(postbox: Postbox) -> None:
    with override_settings(EMAIL_BACKEND="kernel.messages.OutboxEmails"):
        assert levels(stores.mail_leaves) == {Level.LOOK}
    assert levels(stores.mail_leaves) == {Level.MEND, Level.FINE}  # it answers, and without TLS
    with override_settings(EMAIL_PORT=1, EMAIL_USE_TLS=True):
        assert levels(stores.mail_leaves) == {Level.AWAY}


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """F11."""
    from types import SimpleNamespace

    def usage(total: int, free: int) -> SimpleNamespace:
        return SimpleNamespace(total=total, free=free)

    monkeypatch.setattr("config.doctor.stores.shutil.disk_usage", lambda _path: usage(100 * 2**30, 2 * 2**30))
    assert "2048 MB left" in words(stores.disk_has_room)
    monkeypatch.setattr(
        "config.doctor.stores.shutil.disk_usage", lambda _path: usage(100 * 2**30, 99 * 2**30)
    )
    assert levels(stores.disk_has_room) == {Level.FINE}


def _doctor(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "config.manage", "doctor", *arguments]
    environment = {**os.environ, **more}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_command_ends_with_a_code_and_shows_no_secret() -> None:
    """R72: 0 nothing to mend, 1 something, 2 not everything could be looked at."""
    import json

    fine = _doctor()
    away = _doctor("--json", DATABASE_URL="postgresql://web:a-long-password-of-web@127.0.0.1:1/conversations")
    wrong = _doctor("--json", SECRET_KEY="guess-me", BASE_DOMAIN="talk.example")

    assert (fine.returncode, away.returncode, wrong.returncode) in {(0, 2, 1), (1, 1, 1)}, fine.stdout
    assert fine.stdout.startswith("look ") or fine.stdout.startswith("fine ")
    assert "guess-me" not in wrong.stdout
    assert "a-long-password" not in away.stdout + away.stderr
    assert {one["level"] for one in json.loads(wrong.stdout)} >= {"mend", "fine"}
