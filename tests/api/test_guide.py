"""The guide for people who write programs: out of the description, whole, open to everybody, and nothing but a page (R71)."""

import re
from html import unescape

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.making import client_of
from tests.reporting.sponsoring import portal_of
from tests.staffing import desk_of, make_staff
from web.api.endpoint import JSON
from web.api.examples import example_of
from web.api.reference import reference
from web.api.schema import TITLES, document

_GUIDES = {
    "config.urls.api_participant": ("acme.localhost", "/api/v1/"),
    "config.urls.api_client": ("acme.localhost", "/api/v1/organisation/"),
    "config.urls.api_console": ("console.localhost", "/api/v1/"),
}


@pytest.mark.parametrize("urlconf", TITLES)
def test_it_holds_every_operation_with_a_request_and_an_answer(urlconf: str) -> None:
    host, path = _GUIDES[urlconf]
    page = Client(headers={"host": host}).get(path)
    text = unescape(page.content.decode())

    assert page.status_code == 200
    for group in reference(urlconf).groups:
        assert f'id="{group.anchor}"' in text
        for found in group.operations:
            assert f'id="{found.name}"' in text
            assert found.request in text
            assert f"Answer {found.status}" in text
    described = sum(len(methods) for methods in document(urlconf)["paths"].values())
    assert reference(urlconf).count == described
    for anchor in set(re.findall(r'href="#([\w-]+)"', text)):
        assert text.count(f'id="{anchor}"') == 1, anchor
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("urlconf", TITLES)
def test_examples_that_are_made_fit_their_shapes(urlconf: str) -> None:
    """A reader copies them: given or made, they are what the schema allows."""
    whole = document(urlconf)
    shapes = whole["components"]["schemas"]
    for path, methods in whole["paths"].items():
        for method, said in methods.items():
            for response in said["responses"].values():
                content = response.get("content", {}).get(JSON)
                if content is not None:
                    schema = {**content["schema"], "components": whole["components"]}
                    made = [example_of(content["schema"], shapes)]
                    made += [example["value"] for example in content.get("examples", {}).values()]
                    for one in made:
                        Draft202012Validator(schema).validate(one), f"{method} {path}"


@pytest.mark.parametrize("urlconf", TITLES)
def test_it_is_a_page_without_script_and_says_the_same_to_everybody(acme: Organisation, urlconf: str) -> None:
    """R70: no cookie, no word of whoever asks, no address that a request made up."""
    host, path = _GUIDES[urlconf]
    stranger = Client(headers={"host": host}).get(path, headers={"accept-language": "cy"})
    known = desk_of(make_staff(Role.OPERATOR)) if host.startswith("console") else portal_of(acme)
    again = known.get(path)

    assert stranger.content == again.content
    assert not stranger.cookies
    page = stranger.content.decode()
    assert "<script" not in page
    assert '<html lang="en"' in page
    assert "no-store" in stranger["Cache-Control"]
    assert Client(headers={"host": host}).post(path).status_code in {403, 405}
    assert (
        "evil.example"
        not in Client(headers={"host": host, "x-forwarded-host": "evil.example"}).get(path).content.decode()
    )


def test_it_is_linked_from_where_tokens_are_made(acme: Organisation) -> None:
    for browser, tokens, path in (
        (desk_of(make_staff(Role.FACILITATOR, organisation=acme)), "/tokens/", "/api/v1/"),
        (portal_of(acme), "/organisation/tokens/", "/api/v1/organisation/"),
    ):
        page = browser.get(tokens).content.decode()
        assert f'href="{path}"' in page
        assert "roster:write" in page or tokens == "/tokens/"
    with tenant_context(acme.tenant):
        assert acme.name in client_of(acme).get("/api/v1/").content.decode()
