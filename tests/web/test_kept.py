"""The stream page is kept for seconds with holes in it: what is somebody's own is in the holes and nowhere else."""

import re
import secrets

import pytest
from django.test import Client

from conversations.models import Conversation
from conversations.views.participant import pages
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.making import make_conversation, make_idea, make_people, signed_in_client, stream_of

_OWN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_FORM = re.compile(r'name="form" value="([^"]+)"')


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        made = make_conversation(slug=f"kept-{secrets.token_hex(6)}")
        make_idea(made, make_people(made)[0], "Quieter rooms.")
        return made


def _path(organisation: Organisation, talk: Conversation) -> str:
    with tenant_context(organisation.tenant):
        return f"/{talk.slug}/stream/{stream_of(talk).pk}/"


def _read(browser: Client, path: str) -> str:
    response = browser.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_two_people_get_tokens_and_forms_of_their_own(acme: Organisation, talk: Conversation) -> None:
    """R70: the page is rendered once, and nothing in it was the first one's."""
    path = _path(acme, talk)
    first, second = (_read(signed_in_client(acme, talk), path) for _person in range(2))

    assert _OWN.findall(first)
    assert len(_OWN.findall(first)) == len(_OWN.findall(second)) == 3
    assert not set(_OWN.findall(first)) & set(_OWN.findall(second))
    assert _FORM.findall(first) != _FORM.findall(second)
    assert "hole-" not in first
    assert "the-way-back" not in first


def test_own_votes_and_marks_are_ones_own(acme: Organisation, talk: Conversation) -> None:
    path = _path(acme, talk)
    browser, other = signed_in_client(acme, talk), signed_in_client(acme, talk)
    idea = re.search(r'id="idea-([0-9a-f-]{36})"', _read(browser, path))
    assert idea is not None
    browser.post(f"/{talk.slug}/idea/{idea[1]}/vote/", {"value": "1"})

    assert "take your like back" in _read(browser, path)
    assert "take your like back" not in _read(other, path)


def test_the_way_back_is_the_page_one_is_on(acme: Organisation, talk: Conversation) -> None:
    """Also where the address says more: it is put in escaped, and quoted where it is part of another."""
    browser = signed_in_client(acme, talk)
    path = _path(acme, talk)
    _read(browser, path)

    page = _read(browser, f"{path}?sort=newest&x=%22%3E%3Cb%3E")

    assert 'name="back" value="' in page
    assert "<b>" not in page
    assert f"?back={path}%3Fsort%3Dnewest%26x%3D" in page


def test_what_is_kept_holds_nothing_of_anybody(acme: Organisation, talk: Conversation) -> None:
    """Looked at as it lies in the process: no cookie, no token, no form, no card."""
    browser = signed_in_client(acme, talk)
    page = _read(browser, _path(acme, talk))
    own = [*_OWN.findall(page), *_FORM.findall(page), *(cookie.value for cookie in browser.cookies.values())]

    kept = "".join(piece for _until, pieces in pages._streams._kept._kept.values() for piece in pieces)

    assert kept
    assert not [value for value in own if value and value in kept]
    assert "Quieter rooms." not in kept


def test_each_language_and_each_organisation_has_its_own(
    acme: Organisation, beta: Organisation, talk: Conversation
) -> None:
    """I20: the same slug in both."""
    with tenant_context(beta.tenant):
        theirs = make_conversation(slug=talk.slug)
        make_idea(theirs, make_people(theirs)[0], "Later meetings.")
    browser = signed_in_client(acme, talk)

    english = _read(browser, _path(acme, talk))
    welsh = browser.get(_path(acme, talk), headers={"accept-language": "cy"}).content.decode()
    elsewhere = _read(signed_in_client(beta, theirs), _path(beta, theirs))

    assert '<html lang="en"' in english
    assert '<html lang="cy"' in welsh
    assert beta.name in elsewhere
    assert acme.name not in elsewhere
