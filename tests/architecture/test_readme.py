"""The front door tells the truth."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
_VARIABLE = re.compile(r"""env\.\w+\(\s*"([A-Z_0-9]+)"|environ(?:ment)?(?:\.get)?[\[(]"([A-Z_0-9]+)\"""")


def _variables() -> set[str]:
    found = set()
    for path in (ROOT / "platform" / "config").rglob("*.py"):
        found |= {one or other for one, other in _VARIABLE.findall(path.read_text())}
    return found - {"DJANGO_SETTINGS_MODULE"}


def _documented() -> set[str]:
    return set(re.findall(r"^\| `([A-Z_0-9]+)` \|", README.read_text(), re.MULTILINE))


def test_every_setting_is_explained_and_every_explained_one_is_read() -> None:
    assert _documented() == _variables()


def proven() -> dict[str, int]:
    """How many tests name each requirement in their docstring."""
    counts: dict[str, int] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for requirement in set(re.findall(r"\bR\d\d\b", ast.get_docstring(node) or "")):
                    counts[requirement] = counts.get(requirement, 0) + 1
    return counts


def coverage_table() -> str:
    rows = [f"| {requirement} | {count} |" for requirement, count in sorted(proven().items())]
    return "\n".join(["| requirement | tests |", "|---|---|", *rows])


def test_the_coverage_table_is_the_one_the_tests_make() -> None:
    assert coverage_table() in README.read_text(), f"Put this into README.md:\n{coverage_table()}"


def test_every_path_the_readme_names_exists() -> None:
    for name in re.findall(
        r"`((?:platform|tenants|conversations|privacy|reporting|deploy|tests)/[\w./-]*)`", README.read_text()
    ):
        assert (ROOT / name).exists(), name


def test_every_command_the_readme_names_exists() -> None:
    from django.core.management import get_commands

    from config.manage import _BEFORE_DJANGO

    known = {name.replace("_", "-") for name in get_commands()} | set(_BEFORE_DJANGO)
    named = set(re.findall(r"`?\bmanage ([a-z][a-z-]+)", README.read_text()))

    assert named <= known, named - known


def test_every_make_target_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", README.read_text()))

    assert named <= targets, named - targets
