"""The launcher of the embedded services, for people who have nothing but Python."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import binaries, folders, services
from config.embedded.postgres import ADMIN, PostgresServer
from config.embedded.trouble import CannotStart

QUICK = {"fsync": "off", "shared_buffers": "16MB"}


@pytest.fixture
def base() -> Iterator[Path]:
    """A short path: sockets do not bear long ones."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_two_servers_and_valkey_start_restart_on_the_same_data_and_stop_cleanly(base: Path) -> None:
    started = time.monotonic()
    with services.running(base, options=QUICK) as running:
        assert time.monotonic() - started < 30
        url = running.environment()["OWNER_DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("CREATE TABLE public.kept (n int)")
        assert redis.Redis.from_url(running.valkey.url("web")).ping()
        assert services.environment(base) == running.environment()
        assert running.conversation.data != running.vault.data

    assert services.environment(base) == {}
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    with services.running(base, options=QUICK) as again:
        with psycopg.connect(again.environment()["OWNER_DATABASE_URL"]) as owner:
            assert owner.execute("SELECT count(*) FROM public.kept").fetchone() == (0,)
        with pytest.raises(CannotStart, match="already running"), services.running(base, options=QUICK):
            pass
        assert {"conversation", "vault", "valkey"} <= {path.name for path in again.folders.servers.iterdir()}


def test_what_the_servers_keep_is_private(base: Path) -> None:
    """Nobody but the servers' account and its owner can walk in, and nothing listens on the network."""
    with services.running(base, options=QUICK) as running:
        for folder in (running.conversation.folder, running.vault.folder, running.valkey.folder):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(running.folders.secret.stat().st_mode) == 0o600
        assert stat.S_IMODE(running.folders.running.stat().st_mode) == 0o600
        with psycopg.connect(running.conversation.url(ADMIN, "postgres")) as admin:
            assert admin.execute("SHOW listen_addresses").fetchone() == ("",)
            assert admin.execute("SHOW log_statement").fetchone() == ("none",)
            assert admin.execute("SHOW track_commit_timestamp").fetchone() == ("off",)


def test_the_servers_do_not_run_as_root(base: Path) -> None:
    with services.running(base, options=QUICK) as running:
        assert running.conversation._process is not None
        owner = Path(f"/proc/{running.conversation._process.pid}").stat().st_uid

    assert owner != 0


def test_the_servers_log_no_statement_that_failed(base: Path) -> None:
    """L19: what somebody wrote never reaches a log of the server."""
    with services.running(base, options=QUICK) as running:
        with psycopg.connect(running.conversation.url(ADMIN, "postgres"), autocommit=True) as admin:
            with pytest.raises(psycopg.Error):
                admin.execute("SELECT 'canary-text' / 0, nowhere")
            with pytest.raises(psycopg.Error):
                admin.execute("SELECT 1 / (length(%s) - length(%s))", ("canary-value", "canary-value"))
        log = running.conversation.log.read_text()

    assert "canary" not in log


def test_a_full_disk_is_told_before_anything_is_written(base: Path) -> None:
    """F11."""
    with pytest.raises(CannotStart, match=r"has only 5 MB left.*Make room"):
        folders.require_space(base / "servers", free=5 * 2**20)

    folders.require_space(base / "servers", free=500 * 2**20)


def test_a_data_folder_that_cannot_be_used_is_told_with_the_servers_own_words(base: Path) -> None:
    programs = binaries.postgres_programs(base)
    server = PostgresServer(base / "broken", programs, QUICK)
    base.chmod(0o711)
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("9.1\n")

    with pytest.raises(CannotStart, match=r"did not start: .*(incompatible|version)"):
        server.start()


def test_without_a_fitting_wheel_the_sentence_says_what_to_do(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "_from_wheel", lambda _scratch: [])
    monkeypatch.setattr(binaries, "_from_system", lambda: [base / "nothing"])

    with pytest.raises(CannotStart, match=r"POSTGRES_PROGRAMS.*DATABASE_URL"):
        binaries.postgres_programs(base)


def test_programs_of_the_system_are_found_where_the_wheel_does_not_fit(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = binaries.postgres_programs(base)
    monkeypatch.setattr(binaries, "_from_wheel", lambda _scratch: [base / "does-not-run-here"])
    monkeypatch.setattr(binaries, "_from_system", lambda: [here])

    assert binaries.postgres_programs(base) == here


def test_a_configured_program_wins(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, valkey = binaries.postgres_programs(base), binaries.valkey_program(base)
    monkeypatch.setenv("POSTGRES_PROGRAMS", str(here))
    monkeypatch.setenv("VALKEY_PROGRAM", str(base / "nothing"))

    assert binaries.postgres_programs(base) == here
    with pytest.raises(CannotStart, match="VALKEY_PROGRAM"):
        binaries.valkey_program(base)
    monkeypatch.setenv("VALKEY_PROGRAM", str(valkey))
    assert binaries.valkey_program(base) == valkey


def test_under_a_private_home_the_servers_live_elsewhere(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root the servers run as another account, which cannot walk into a private folder."""
    monkeypatch.setattr(folders, "can_be_reached", lambda _path: False)

    chosen = folders.choose(base / "local")

    assert chosen.base == (base / "local").resolve()
    assert chosen.servers.parent == Path("/var/tmp")


def test_a_path_that_is_too_long_for_sockets_is_avoided(base: Path) -> None:
    assert folders.choose(base / ("x" * 90)).servers.parent == Path("/var/tmp")


def test_programs_that_cannot_be_reached_are_copied(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = folders.can_be_reached
    monkeypatch.setattr(
        binaries, "can_be_reached", lambda path: real(path) and "site-packages" not in str(path)
    )

    copied = binaries.postgres_programs(base / "servers")

    assert copied.is_relative_to(base)
    answer = subprocess.run([copied / "postgres", "--version"], capture_output=True, text=True, check=True)
    assert " 18" in answer.stdout


def test_a_killed_parent_takes_its_servers_along(base: Path) -> None:
    """Kill -9 on the supervisor leaves nothing behind."""
    script = (
        "import sys, time; from pathlib import Path; from config.embedded import services\n"
        f"with services.running(Path({str(base)!r}), options={QUICK!r}) as s:\n"
        "    print(s.conversation._process.pid, s.vault._process.pid, s.valkey._process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    children = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(children) == 3

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    assert _all_gone(children)


def test_the_environment_of_running_services_is_found_by_other_terminals(base: Path) -> None:
    with services.running(base, options=QUICK) as running:
        written = json.loads(running.folders.running.read_text())
        answer = _manage(base, "organisation", "list")

    assert written["DATABASE_URL"].startswith("postgresql://web@/")
    assert "OWNER_DATABASE_URL" in written
    assert "relation" in answer.stderr or answer.returncode == 0


def test_without_services_the_command_says_how_to_start_them(base: Path) -> None:
    answer = _manage(base, "organisation", "list")

    assert answer.returncode == 1
    assert "No services are running. Start them with `make demo`" in answer.stderr
    assert "Traceback" not in answer.stderr


def _manage(base: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    known = {
        name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "PYTHONPATH"}
    }
    return subprocess.run(
        [sys.executable, "-m", "config.manage", *arguments],
        env={**known, "LOCAL_DIR": str(base)},
        capture_output=True,
        text=True,
        check=False,
    )


def _all_gone(processes: list[int]) -> bool:
    for _try in range(200):
        if not any(_is_running(process) for process in processes):
            return True
        time.sleep(0.05)
    return False


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
