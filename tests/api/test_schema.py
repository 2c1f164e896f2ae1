"""The description of the interfaces is the code's own, whole, and the same for everybody (R71)."""

import warnings
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from web.api.endpoint import Endpoint
from web.api.schema import TITLES, document

_SITES = {
    "config.urls.api_participant": ("acme.localhost", "/api/v1/schema/"),
    "config.urls.api_client": ("acme.localhost", "/api/v1/organisation/schema/"),
    "config.urls.api_console": ("console.localhost", "/api/v1/schema/"),
}
_METHODS = {"get", "post", "put", "delete", "patch"}


def _operations(urlconf: str) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, said)
        for path, methods in document(urlconf)["paths"].items()
        for method, said in methods.items()
        if method in _METHODS
    ]


def _endpoints(found: list[URLPattern | URLResolver]) -> list[type[Endpoint]]:
    flat: list[type[Endpoint]] = []
    for pattern in found:
        if isinstance(pattern, URLResolver):
            flat += _endpoints(pattern.url_patterns)
        elif (view := getattr(pattern.callback, "cls", None)) is not None:
            flat.append(view)
    return flat


@pytest.mark.parametrize("urlconf", TITLES)
def test_every_operation_is_described_with_what_it_refuses(urlconf: str) -> None:
    for path, method, said in _operations(urlconf):
        where = f"{method} {path}"
        assert said["summary"], where
        assert "Scope: `" in said["description"], where
        assert said["x-scope"], where
        assert said["tags"] != ["Other"], where
        default = said["responses"]["default"]["content"]["application/problem+json"]
        assert default["schema"]["$ref"].endswith("/Problem"), where
        assert any(status.startswith("2") for status in said["responses"]), where


@pytest.mark.parametrize("urlconf", TITLES)
def test_what_is_sent_has_an_example(urlconf: str) -> None:
    for path, method, said in _operations(urlconf):
        if "requestBody" in said:
            contents = said["requestBody"]["content"].values()
            is_plain = path.endswith("undo/")
            assert is_plain or any(content.get("examples") for content in contents), f"{method} {path}"


@pytest.mark.parametrize("urlconf", TITLES)
def test_examples_are_what_the_schema_allows(urlconf: str) -> None:
    from jsonschema import Draft202012Validator

    whole = document(urlconf)
    for path, method, said in _operations(urlconf):
        for content in said.get("requestBody", {}).get("content", {}).values():
            schema = {**content["schema"], "components": whole["components"]}
            for example in content.get("examples", {}).values():
                Draft202012Validator(schema).validate(example["value"]), f"{method} {path}"


@pytest.mark.parametrize("urlconf", TITLES)
def test_every_address_of_the_code_is_in_the_schema_and_warns_of_nothing(urlconf: str) -> None:
    document.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        described = {(path, method) for path, method, _said in _operations(urlconf)}

    wanted = sum(
        len({method for method in _METHODS if hasattr(view, method)})
        for view in _endpoints(get_resolver(urlconf).url_patterns)
    )
    assert len(described) == wanted
    names = [said["operationId"] for _path, _method, said in _operations(urlconf)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("urlconf", TITLES)
def test_the_schema_is_served_to_everybody_and_kept(urlconf: str) -> None:
    host, path = _SITES[urlconf]
    browser = Client(headers={"host": host})

    first = browser.get(path)
    again = browser.get(path, headers={"if-none-match": first["ETag"]})

    assert first.status_code == 200
    assert first.json()["openapi"].startswith("3.1")
    assert first.json()["info"]["title"] == TITLES[urlconf]
    assert again.status_code == 304
    assert again.content == b""


def test_what_needs_a_token_says_so() -> None:
    open_ones = {
        said["operationId"]
        for _path, _method, said in _operations("config.urls.api_participant")
        if not said.get("security")
    }

    assert open_ones == {"list_conversations", "get_conversation", "ask_for_code", "sign_in"}
    for urlconf in ("config.urls.api_client", "config.urls.api_console"):
        assert all(said["security"] == [{"token": []}] for _path, _method, said in _operations(urlconf))


def test_no_field_is_called_after_an_author() -> None:
    """P1, R09: a word of the schema would be the first sign."""
    words = {"author", "person", "tag", "owner_tag", "route", "created_at", "posted_at", "email", "voter"}
    for urlconf in TITLES:
        for shape in document(urlconf)["components"]["schemas"].values():
            assert not words & set(shape.get("properties", {})), shape
