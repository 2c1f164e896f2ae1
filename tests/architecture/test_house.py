"""Rules of the house that a machine can keep."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("platform", "tenants", "conversations", "privacy", "reporting")
_FILE, _FUNCTION, _TEMPLATE = 400, 50, 120
# Written apart so that this file does not hold what it looks for.
_FORBIDDEN = [
    word.replace("~", "")
    for word in ("py~pi.org", "python~hosted", "npm~js.org", "debian~.org", "/wo~rk/", "/fa~rm/", "/ro~ot/")
]


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def _sources() -> list[Path]:
    return [
        path
        for path in _tracked()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in PACKAGES
        and "migrations" not in path.parts[:-1]
    ]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_shelf_called_platform_never_becomes_a_package() -> None:
    """Decision 001: it would hide the standard library's module of that name."""
    import platform

    assert not (ROOT / "platform" / "__init__.py").exists()
    assert platform.system()


def test_the_top_level_holds_what_it_should() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in _tracked()}

    visible = {name for name in top if not name.startswith(".")}
    assert visible == {*PACKAGES, "deploy", "tests", "pyproject.toml", "README.md", "Makefile"}


def test_no_registry_and_no_path_of_a_machine_is_in_the_tree() -> None:
    found = []
    for path in _tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{_name(path)}: {word}" for word in _FORBIDDEN if word in text]

    assert found == []


def test_locked_requirements_name_no_host_and_pin_every_hash() -> None:
    for path in (ROOT / "deploy" / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text, path
        pins = [line for line in text.splitlines() if re.match(r"^[a-z0-9]", line)]
        assert pins
        assert all("==" in pin and pin.endswith("\\") for pin in pins), path
    assert not (ROOT / "uv.lock").exists()


def test_npm_locks_name_no_registry() -> None:
    lock = (ROOT / "platform/web/assets/package-lock.json").read_text()

    assert '"resolved"' not in lock


@pytest.mark.parametrize("limit", [_FILE])
def test_files_stay_readable(limit: int) -> None:
    long = {_name(path): len(path.read_text().splitlines()) for path in _sources()}
    tests = {
        _name(path): len(path.read_text().splitlines())
        for path in _tracked()
        if "tests/" in str(path) and path.suffix == ".py"
    }

    assert {name: lines for name, lines in {**long, **tests}.items() if lines > limit} == {}


def test_functions_stay_readable() -> None:
    long = []
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > _FUNCTION:
                    long.append(f"{_name(path)}:{node.lineno} {node.name} {lines}")

    assert long == []


def test_templates_stay_readable() -> None:
    templates = [path for path in _tracked() if path.suffix == ".html"]

    assert templates
    assert {_name(path) for path in templates if len(path.read_text().splitlines()) > _TEMPLATE} == set()


def test_templates_carry_no_style_and_no_script_of_their_own() -> None:
    """The content security policy forbids both; this says it earlier."""
    for path in _tracked():
        if path.suffix == ".html":
            text = path.read_text()
            assert "style=" not in text, path
            assert not re.search(r"<script(?![^>]*src=)", text), path
            assert not re.search(r"\son[a-z]+=", text), path
            assert not re.search(r"""(?:src|href)=["']https?://""", text), path


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (r"\bschema_context\b", "tenants are entered through kernel.tenancy"),
        (r"django_tenants\.utils", "tenants are entered through kernel.tenancy"),
        (r"\.iterator\(", "a suspended generator leaves its reader in another tenant (I14)"),
        (r"StreamingHttpResponse", "a response that is still being made has left its tenant (I14)"),
        (
            r"\basync def\b|sync_to_async|\.a(?:get|create|filter)\(",
            "no asynchronous ORM: its threads have no tenant (I17)",
        ),
        (r"\bprint\(", "output goes through logs or a command's stdout"),
        (r"NotImplementedError|\bTODO\b|\bFIXME\b", "nothing is half built"),
    ],
)
def test_what_is_never_written(word: str, why: str) -> None:
    hits = [_name(path) for path in _sources() if re.search(word, path.read_text())]

    assert hits == [], why


def test_views_and_tasks_ask_queries_and_services_only() -> None:
    for path in _sources():
        if {"views", "api"} & {*path.relative_to(ROOT).parts} or path.name in {
            "views.py",
            "tasks.py",
            "middleware.py",
            "api.py",
        }:
            text = path.read_text()
            assert ".objects" not in text, path
            assert "kernel.database" not in text, path


def test_nothing_reads_a_participants_cookie_but_the_session() -> None:
    hits = {_name(path) for path in _sources() if "COOKIES" in path.read_text()}

    assert hits == {"conversations/auth.py"}


def test_every_decision_has_its_number_and_its_sections() -> None:
    decisions = sorted((ROOT / "platform" / "decisions").glob("*.md"))

    assert [int(path.name[:3]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text()
        assert text.startswith(f"# {path.name[:3]} "), path
        for section in ("## Why", "## Decision", "## What it costs"):
            assert section in text, path
