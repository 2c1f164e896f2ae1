"""deploy/README.md as a stranger reads it: every command for one machine is run, every other name is compared."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.roles import ROLES
from tests.deploy.test_manifests import PODS
from tests.topology import COMPOSE, ROOT, free_port, make_folder

TEXT = (ROOT / "deploy" / "README.md").read_text()
_BLOCK = re.compile(r"^```(sh|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = {kind: [body for found, body in _BLOCK.findall(TEXT) if found == kind] for kind in ("sh", "console")}


@pytest.fixture
def empty(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A copy of the repository and of nothing else; what `make setup` would install is here already."""
    folder = make_folder()
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if not name.startswith("tests/") and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    venv = folder / ".venv"
    venv.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (venv / name).symlink_to(Path(sys.prefix) / name)
    for name in (".bootstrap", ".runtime"):
        (venv / name).touch()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _with_free_ports(script: str) -> str:
    for port in ("8000", "8001", "9100", "9101"):
        script = script.replace(port, str(free_port()))
    return script


def test_a_stranger_comes_from_nothing_to_a_running_topology(empty: Path) -> None:
    """R72: each `sh` block in its order, in one shell that stops at the first command that fails."""
    script = "set -euo pipefail\n" + _with_free_ports("\n".join(BLOCKS["sh"]))
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**known, "PYTHONPATH": f"{empty}:{empty / 'platform'}", "LOG_LEVEL": "WARNING"}
    with (empty / "printed").open("w+") as printed:
        shell = subprocess.Popen(
            ["bash", "-c", script],
            cwd=empty,
            env=environment,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            shell.wait(300)
        finally:
            _end(shell)
        told = (empty / "printed").read_text() + "".join(
            log.read_text()[-800:] for log in empty.glob("*.log")
        )

    assert shell.returncode == 0, told
    assert "First organisation" in (empty / "page.html").read_text()
    for part in ("database", "valkey", "broker", "vault", "files"):
        assert f'conversations_part_up{{part="{part}"}} 1.0' in told
    assert "This process reaches people through the vault service alone." in told
    for kind in ("conversations", "vault"):
        assert list((empty / "backups" / kind).glob("*/manifest.json")), told
    assert (empty / "own-secrets" / "valkey" / "users.acl").exists()


def _end(shell: subprocess.Popen[bytes]) -> None:
    """Whatever a failed step left running belongs to this shell's session."""
    try:
        os.killpg(shell.pid, signal.SIGTERM)
    except ProcessLookupError:
        return


def test_secrets_are_folders_of_what_each_process_may_know(tmp_path: Path) -> None:
    """R72: the same that compose.yaml mounts and the manifests name."""
    done = subprocess.run(
        [sys.executable, "-m", "config.manage", "secrets", str(tmp_path / "s"), "--key-store", "kms:keys"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LOCAL_DIR": str(tmp_path)},
    )
    for name, role in ROLES.items():
        found = {file.name for file in (tmp_path / "s" / name).iterdir() if not file.name.startswith("AWS")}
        papers = {"ca.crt", *({"tls.crt", "tls.key"} if role.proves_itself else ())}
        assert papers <= found
        assert role.needs - {"VAULT_URL"} <= found - papers <= role.needs | role.may_know
        assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "s" / name).iterdir())
    assert (tmp_path / "s" / "vault-runner" / "KEY_STORE").read_text() == "kms:keys"
    assert not any(
        (tmp_path / "s" / "web" / "DATABASE_URL").read_text() in line for line in done.stdout.splitlines()
    )

    assert [file.parent.name for file in (tmp_path / "s").glob("*/ca.key")] == ["authority"]

    again = subprocess.run(
        [sys.executable, "-m", "config.manage", "secrets", str(tmp_path / "s")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 1
    assert "Secrets in use are not replaced" in again.stderr


def test_what_needs_an_engine_names_what_is_here() -> None:
    """R72: services, folders, deployments, jobs and processes of the `console` blocks."""
    text = "\n".join(BLOCKS["console"])

    for path in re.findall(r"(?:-f |--kustomize )(deploy/[\w./-]+)", text):
        assert (ROOT / path).exists(), path
    for line in re.findall(r"docker compose -f deploy/compose.yaml (.*)", text):
        named = [word for word in line.split() if word in COMPOSE["services"]]
        assert named or line.startswith("up"), line
    for kind, name in re.findall(r"\b(deployment|job)[/ ](\w[\w-]*)", text):
        assert PODS[name][0]["kind"].lower() == kind
    for command, role in re.findall(r"manage (run) ([\w-]+)", text):
        assert (command, role in ROLES) == ("run", True)
    handed = {name for line in re.findall(r"for role in ([\w -]+);", text) for name in line.split()}
    assert handed == {name for name in PODS if name != "caddy"}
    variables = set(re.findall(r"\$\{(\w+):\?", (ROOT / "deploy" / "compose.yaml").read_text()))
    assert variables <= set(re.findall(r"(\w+)=", text))


def test_every_path_the_guides_link_to_exists() -> None:
    for guide in (ROOT / "deploy").rglob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", guide.read_text()):
            assert (guide.parent / link).exists(), f"{guide.name}: {link}"
