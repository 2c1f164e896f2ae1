"""From organisation A against organisation B, over the sites' own pages."""

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from conversations.models import Comment, Conversation, Idea, IdeaWords
from conversations.services import posting, tallies
from kernel.tenancy import tenant_context
from privacy.vault.interface import vault
from tenants.models import Organisation
from tests.making import (
    client_of,
    code_sent_to,
    enrol,
    make_conversation,
    make_idea,
    make_people,
    new_address,
    sign_in,
    signed_in_client,
    stream_of,
)

CANARY = "CANARY-of-beta"
# What else stands in addresses, and is nobody's.
_PLAIN = {"language": "cy", "code": "rules", "digest": "0" * 32, "format": "pdf", "link": "a:b:c"}
_PLAIN |= {"version": str(UUID(int=0))}


@pytest.fixture
def slug() -> str:
    """Both organisations have a conversation of the same slug, name and questions."""
    return f"same-{uuid4().hex[:8]}"


@pytest.fixture
def ours(acme: Organisation, slug: str) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation(slug=slug)


@pytest.fixture
def theirs(beta: Organisation, slug: str) -> Conversation:
    with tenant_context(beta.tenant):
        conversation = make_conversation(slug=slug)
        (ben,) = make_people(conversation)
        idea = make_idea(conversation, ben, CANARY)
        posting.add_comment(
            conversation=conversation, idea=idea, by=ben, form=str(uuid4()), text=CANARY, at=timezone.now()
        )
        tallies.count_conversation(conversation=conversation.pk)
        return conversation


@pytest.fixture
def browser(acme: Organisation, ours: Conversation) -> Client:
    return signed_in_client(acme, ours)


def _their_ids(beta: Organisation, theirs: Conversation) -> dict[str, UUID]:
    with tenant_context(beta.tenant):
        return {
            "stream": stream_of(theirs).pk,
            "idea": Idea.objects.get(stream__conversation=theirs).pk,
            "comment": Comment.objects.get(idea__stream__conversation=theirs).pk,
        }


def _patterns(found: list[URLPattern | URLResolver]) -> list[URLPattern]:
    flat: list[URLPattern] = []
    for pattern in found:
        flat += _patterns(pattern.url_patterns) if isinstance(pattern, URLResolver) else [pattern]
    return flat


def _paths_with(ids: dict[str, UUID], slug: str) -> list[str]:
    """Every address of the site, filled with another organisation's ids (I1: the list is the resolver's)."""
    paths = []
    for pattern in _patterns(get_resolver("config.urls.organisation").url_patterns):
        route = str(pattern.pattern)
        paths.append(
            "/"
            + re.sub(
                r"<(?:\w+:)?(\w+)>",
                lambda match: str({**_PLAIN, "token": uuid4(), "slug": slug, **ids}[match[1]]),
                route,
            )
        )
    return sorted(paths, key=lambda path: path.endswith("/sign-out/"))  # which ends the session: last


def test_no_route_shows_anything_of_another_organisation(
    beta: Organisation, ours: Conversation, theirs: Conversation, browser: Client
) -> None:
    """I1, I2: reading and writing, on every route there is."""
    ids = _their_ids(beta, theirs)
    form = {
        "text": "From acme",
        "form": str(uuid4()),
        "value": "1",
        "address": new_address(),
        "code": "12345678",
        "kind": "idea",
        "post": str(ids["idea"]),
        "reason": "abuse",
        "name": "Somebody",
        "confirm": "1",
    }

    for path in _paths_with(ids, ours.slug):
        for response in (browser.get(path), browser.post(path, form)):
            assert CANARY not in response.content.decode(errors="replace"), path
            if "stream/" in path or "idea/" in path or "comment/" in path:
                assert response.status_code in {404, 405, 409}, path

    with tenant_context(beta.tenant):
        idea = Idea.objects.get(pk=ids["idea"])
        assert (idea.likes, idea.dislikes, idea.comment_count) == (0, 0, 1)
        assert Idea.objects.filter(stream__conversation=theirs).count() == 1


def test_the_same_id_in_two_organisations_is_two_ideas(
    acme: Organisation, beta: Organisation, ours: Conversation, theirs: Conversation, browser: Client
) -> None:
    """I1: colliding ids."""
    shared = _their_ids(beta, theirs)["idea"]
    with tenant_context(acme.tenant):
        mine = make_idea(ours, make_people(ours)[0], "Acme's own")
        IdeaWords.objects.filter(pk=mine).delete()
        Idea.objects.filter(pk=mine).update(id=shared)

    page = browser.get(f"/{ours.slug}/idea/{shared}/").content.decode()
    browser.post(f"/{ours.slug}/idea/{shared}/vote/", {"value": "1"})

    assert "Acme&#39;s own" in page
    assert CANARY not in page
    with tenant_context(beta.tenant):
        assert Idea.objects.get(pk=shared).likes == 0


def test_a_session_of_one_site_is_none_on_the_other(
    beta: Organisation, ours: Conversation, theirs: Conversation, browser: Client
) -> None:
    """I4, scenario 2."""
    thief = client_of(beta)
    thief.cookies = browser.cookies
    seat = next(value.value for name, value in browser.cookies.items() if name.startswith("seat"))
    thief.cookies[f"seat-{theirs.pk.hex[:12]}"] = seat

    page = thief.get(f"/{theirs.slug}/").content.decode()

    assert "Sign in to take part" in page


def test_a_form_token_of_one_site_is_none_on_the_other(
    acme: Organisation, beta: Organisation, ours: Conversation, theirs: Conversation
) -> None:
    """I5."""
    careful = client_of(acme, enforce_csrf_checks=True)
    page = careful.get(f"/{ours.slug}/sign-in/").content.decode()
    match = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert match is not None
    elsewhere = client_of(beta, enforce_csrf_checks=True)

    response = elsewhere.post(
        f"/{theirs.slug}/sign-in/", {"address": new_address(), "csrfmiddlewaretoken": match[1]}
    )

    assert response.status_code == 403


def test_a_code_asked_for_at_one_site_opens_nothing_at_the_other(
    acme: Organisation, beta: Organisation, ours: Conversation, theirs: Conversation
) -> None:
    """I6, I24: the same address on both rosters is two people."""
    address = new_address()
    for organisation, conversation in ((acme, ours), (beta, theirs)):
        with tenant_context(organisation.tenant):
            enrol(conversation, address)
    here, there = client_of(acme), client_of(beta)
    here.post(f"/{ours.slug}/sign-in/", {"address": address})
    code = code_sent_to(address)
    there.post(f"/{theirs.slug}/sign-in/", {"address": address})

    assert there.post(f"/{theirs.slug}/sign-in/code/", {"code": code}).status_code == 422
    assert here.post(f"/{ours.slug}/sign-in/code/", {"code": code}).status_code == 302


def test_the_same_address_in_two_organisations_is_two_people(
    acme: Organisation, beta: Organisation, ours: Conversation, theirs: Conversation
) -> None:
    """I24, scenario 2."""
    address = new_address()
    people = []
    for organisation, conversation in ((acme, ours), (beta, theirs)):
        with tenant_context(organisation.tenant):
            enrol(conversation, address)
            vault().send_code(conversation=conversation.pk, address=address, browser="b")
            code = code_sent_to(address) or ""
            people.append(
                vault().redeem(conversation=conversation.pk, address=address, code=code, browser="b")
            )

    assert people[0].person != people[1].person
    assert people[0].secret != people[1].secret


def test_whether_another_organisation_knows_an_address_is_not_told(
    acme: Organisation, beta: Organisation, ours: Conversation, theirs: Conversation
) -> None:
    """I25."""
    address = new_address()
    with tenant_context(beta.tenant):
        enrol(theirs, address)
    browser = client_of(acme)

    asked = browser.post(f"/{ours.slug}/sign-in/", {"address": address})

    assert asked["Location"] == f"/{ours.slug}/sign-in/code/"
    assert code_sent_to(address) is None


@pytest.mark.parametrize(
    "host",
    [
        "acme.localhost.evil.example",
        "nobody.localhost",
        "www.acme.localhost",
        "127.0.0.1",
        "[::1]",
        "",
        "acme..localhost",
        "acme.localhost:8000@beta.localhost",
        "acme.localhost/",
        "acme_localhost",
        "a" * 300,
        "localhost",
    ],
)
def test_an_unknown_host_is_nobodys(host: str) -> None:
    """I8: no default organisation, and no error either."""
    response = Client(headers={"host": host}).get("/")

    assert response.status_code == 404
    assert "acme organisation" not in response.content.decode()


@pytest.mark.parametrize(
    "host", ["ACME.localhost", "acme.localhost.", "acme.localhost:8000", "Acme.LocalHost:80"]
)
def test_the_same_host_in_other_clothes_is_the_same(host: str) -> None:
    """I7."""
    assert "acme organisation" in Client(headers={"host": host}).get("/").content.decode()


def test_a_forwarded_host_is_not_believed() -> None:
    """I7, Z11."""
    page = Client(
        headers={"host": "acme.localhost", "x-forwarded-host": "beta.localhost", "forwarded": "host=beta"}
    )

    assert "acme organisation" in page.get("/").content.decode()


def test_health_names_nobody(acme: Organisation) -> None:
    """I22."""
    for host in ("acme.localhost", "nobody.localhost", "127.0.0.1"):
        response = Client(headers={"host": host}).get("/healthz")
        assert response.status_code == 200
        assert response.json() == {"database": "up", "valkey": "up"}


def test_asking_much_at_one_site_does_not_close_the_other(
    acme: Organisation, beta: Organisation, ours: Conversation, theirs: Conversation
) -> None:
    """I21: limits on an address are counted in its own conversation."""
    address = new_address()
    for organisation, conversation in ((acme, ours), (beta, theirs)):
        with tenant_context(organisation.tenant):
            enrol(conversation, address)
    for _time in range(8):
        client_of(acme).post(f"/{ours.slug}/sign-in/", {"address": address})

    sign_in(client_of(beta), theirs, address)


def test_purging_one_organisations_conversation_leaves_the_other(
    acme: Organisation, beta: Organisation, ours: Conversation, theirs: Conversation
) -> None:
    """I30."""
    from privacy.vault import runner

    address = new_address()
    with tenant_context(beta.tenant):
        enrol(theirs, address)

    with tenant_context(acme.tenant):
        vault().purge(conversation=ours.pk)
        runner.run_waiting()

    browser = client_of(beta)
    sign_in(browser, theirs, address)
    assert (
        CANARY in browser.get(f"/{theirs.slug}/stream/{_their_ids(beta, theirs)['stream']}/").content.decode()
    )
