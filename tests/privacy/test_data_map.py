"""The data map knows every place: nothing is kept where no store empties it, or says why it need not."""

import ast
import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from privacy.stores import ORDER, Described, Step, register_store, stores
from tenants.models import Organisation, Role
from tests.staffing import desk_of, make_staff

ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("platform", "tenants", "conversations", "privacy", "reporting")
_SPACE = re.compile(r"^(?:web|vault):[a-z{]")
# Whoever has one of these names in hand reaches the object store.
_REACHES_FILES = {"default_storage", "storages", "TenantStorage"}
# They reach the object store as a whole: to open it, to list it, to look at its settings.
_KEEP_NOTHING = {"kernel.storage", "kernel.versions", "config.doctor.stores"}
_FOLDER = re.compile(r"^([a-z]+)[/-]|^([a-z]+)$")


def _covered() -> set[str]:
    return {place for _step, store in stores() for place in store.covers}


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for package in _PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removeprefix("platform.")
                yield name.removesuffix(".__init__"), ast.parse(path.read_text())


def _texts(tree: ast.AST) -> Iterator[str]:
    """Every text in the source; {} stands where one is filled in."""
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield node.value


def _calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func.value if isinstance(node.func, ast.Subscript) else node.func
            if (
                isinstance(function, ast.Name | ast.Attribute)
                and ast.unparse(function).split(".")[-1] in names
            ):
                yield node


def test_every_table_is_on_the_map() -> None:
    """R62: a new model without a store, or without words why it needs none, fails here."""
    tables = {f"model:{model._meta.app_label}.{model.__name__}" for model in apps.get_models()}

    assert tables - _covered() == set()


def test_every_table_the_map_names_exists() -> None:
    tables = {f"model:{model._meta.app_label}.{model.__name__}" for model in apps.get_models()}

    assert {place for place in _covered() if place.startswith("model:")} - tables == set()


def test_every_key_in_valkey_is_on_the_map() -> None:
    """R62: names of keys as they stand in the source, and the kinds of sealed records."""
    found = set()
    for name, tree in _sources():
        if name.startswith(("config.embedded", "privacy.datamap", "privacy.vault.stores")):
            continue
        found |= {
            f"valkey:{text}"
            for text in _texts(tree)
            if _SPACE.match(text) and "*" not in text and " " not in text
        }
        found |= {
            f"records:{call.args[0].value!s}"
            for call in _calls(tree, "SealedRecords")
            if call.args and isinstance(call.args[0], ast.Constant)
        }

    assert found - _covered() == set()
    assert len(found) > 10


def test_what_a_process_remembers_is_on_the_map() -> None:
    found = {
        f"memory:{name}.{ast.unparse(node.target)}"
        for name, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign)
        and node.value is not None
        and any(_calls(node.value, "Remembered"))
    }

    assert found - _covered() == set()
    assert found


def test_every_folder_of_the_object_store_is_on_the_map() -> None:
    """R62: a module that reaches the object store names its folder, and the map knows it."""
    covered = {place.removeprefix("files:").rstrip("/") for place in _covered() if place.startswith("files:")}
    for name, tree in _sources():
        imported = {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
        }
        if not imported & _REACHES_FILES or name in _KEEP_NOTHING:
            continue
        folders = {found[1] or found[2] for text in _texts(tree) if (found := _FOLDER.match(text))}
        assert folders & covered, f"{name} reaches the object store: which folder of the map is it?"
        saved = {
            text.partition("/")[0]
            for call in _calls(tree, "save")
            for text in ([*_texts(call.args[0])] if call.args else [])
            if "/" in text and not text.startswith("{}")
        }
        assert saved <= covered, name


def test_the_map_is_in_the_order_of_a_deletion_and_says_all_of_each_place() -> None:
    steps = [ORDER.index(step) for step, _store in stores()]

    assert steps == sorted(steps)
    for step, store in stores():
        assert store.name
        assert store.holds
        assert store.where
        assert store.covers, store.name
        # What nothing empties has to say what becomes of it.
        if type(store) is Described and step is Step.CERTIFICATE:
            assert store.stays or "ends by itself" in store.where, store.name


def test_a_store_takes_the_place_of_an_earlier_one_of_its_name() -> None:
    from privacy import stores as registry

    before = dict(registry._registered)
    try:
        register_store(Described(name="A place", holds="a", where="b"), step=Step.ROWS)
        register_store(Described(name="A place", holds="c", where="d"), step=Step.CACHES)

        assert [(step, store.holds) for step, store in stores() if store.name == "A place"] == [
            (Step.CACHES, "c")
        ]
    finally:
        registry._registered.clear()
        registry._registered.update(before)


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.OPERATOR])
def test_privacy_officers_and_operators_read_the_map_and_take_it_along(
    acme: Organisation, role: Role
) -> None:
    """R62."""
    desk = desk_of(make_staff(role, organisation=acme))

    page = desk.get("/data-map/").content.decode()
    as_json = json.loads(desk.get("/data-map.json").content)
    rows = list(csv.DictReader(io.StringIO(desk.get("/data-map.csv").content.decode("utf-8-sig"))))

    assert "Contributions" in page
    assert [row["Place"] for row in rows] == [place["name"] for place in as_json]
    assert len(rows) == len(stores())
    assert desk.get("/data-map.exe").status_code == 404


@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.ANALYST, Role.SUPPORT])
def test_the_map_is_not_for_the_others(acme: Organisation, role: Role) -> None:
    desk = desk_of(make_staff(role, organisation=acme))

    assert desk.get("/data-map/").status_code == 403
    assert desk.get("/data-map.json").status_code == 403
