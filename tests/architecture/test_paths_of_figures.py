"""Every path by which something about a group can leave, and that each ends in `tabulate` or `describe`."""

import ast
import inspect
from pathlib import Path
from typing import get_type_hints

from privacy.vault.facade import Vault

ROOT = Path(__file__).resolve().parents[2]

# Verbs whose answer says something about more than the person or contribution they are asked about.
TELLS_OF_GROUPS = {
    "tabulate": "asks for the fixed menu; its tables come from the runner's disclosure control",
    "tables": "hands out what `tabulate` finished",
    "describe": "a quote's label: one dimension, 50 people, a released figure beside it",
    "opinions": "asks for opinion groups, once, after closing",
    "opinion_groups": "hands out what was found: sizes and shares rounded and capped, as in privacy.opinions.found",
    "population": "who is on the roster, rounded, from the roster alone: nothing anybody did",
    "readiness": "who can be reached, rounded, before it opens: nothing anybody did",
    "job": "of a roster: how many people, and names of its groups, for those who uploaded it",
}
# What a snapshot opens: only these modules of the vault may read it, and what they hand on.
READS_SNAPSHOTS = {
    "privacy/vault/counting.py": "counts for disclosure control",
    "privacy/vault/tabulating.py": "the digest, and finished tables",
    "privacy/vault/opinion_groups.py": "votes alone, without any dimension; rounded figures about groups",
}
# Who asks for figures or labels outside the vault.
ASKS = {
    "reporting/figures/services/releasing.py",
    "reporting/documents",
    "reporting/findings",
}


def _sources(*packages: str) -> list[Path]:
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


def _attributes(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_answers_with_groups_come_from_named_verbs_alone() -> None:
    """R53: a new verb whose answer holds a dimension, a group or a table has to be argued for here."""
    found = set()
    for name, method in inspect.getmembers(Vault, inspect.isfunction):
        if name.startswith("_"):
            continue
        answer = str(get_type_hints(method)["return"])
        if any(
            shape in answer
            for shape in ("Table", "Population", "Readiness", "Preview", "JobReport", "Opinion")
        ):
            found.add(name)

    allowed = set(TELLS_OF_GROUPS) | {"work"}
    assert found <= allowed
    assert {"tables", "population", "readiness", "job"} <= found


def test_a_snapshot_is_read_by_named_modules_alone() -> None:
    """R53, I28: whatever opens all routes stands here with what it hands on."""
    readers = {
        str(path.relative_to(ROOT))
        for path in _sources("privacy")
        if path.name != "frozen.py"
        and {"votes_of", "posts_of", "opened_votes", "parts_of"} & _attributes(path)
    }

    assert readers == set(READS_SNAPSHOTS)


def test_figures_are_asked_for_in_one_place() -> None:
    for path in _sources("conversations", "reporting", "tenants", "platform"):
        if {"tabulate", "describe"} & _attributes(path) and "vault" in path.read_text():
            name = str(path.relative_to(ROOT))
            assert any(name.startswith(asker) for asker in ASKS), name


def test_the_menu_is_fixed() -> None:
    """Nobody who asks chooses a table, a row, a column or a filter: names and a scale go in, nothing else."""
    arguments = set(inspect.signature(Vault.tabulate).parameters)

    assert arguments == {"self", "conversation", "snapshot", "scale", "day", "labels"}


def test_dimensions_are_known_to_the_vault_alone() -> None:
    """No table of an organisation holds who is in which group, so nothing else could count them."""
    from django.apps import apps

    for model in apps.get_models():
        if model._meta.app_label in {"conversations", "coding", "figures", "findings", "documents", "portal"}:
            related = {field.related_model for field in model._meta.get_fields() if field.is_relation}
            names = {getattr(other, "__name__", "") for other in related}
            contributions = {"Idea", "Comment", "Vote"}
            assert not (names & {"Bucket", "Dimension"} and names & contributions), model
