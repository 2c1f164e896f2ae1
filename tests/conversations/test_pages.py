"""The pages: what they show, to whom, and with how many queries."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Conversation, Idea, State
from conversations.services import posting, tallies, voting
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.making import (
    change,
    client_of,
    make_conversation,
    make_idea,
    make_people,
    stream_of,
)


@contextmanager
def queries(most: int) -> Iterator[None]:
    with CaptureQueriesContext(connections["default"]) as seen:
        yield
    assert len(seen) <= most, [query["sql"][:120] for query in seen]


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        conversation = make_conversation()
        people = make_people(conversation, 30)
        for number, person in enumerate(people[:25]):
            idea = make_idea(conversation, person, f"Idea number {number}")
            for voter in people[: number % 7]:
                voting.cast_vote(conversation=conversation, idea=idea, by=voter, value=1, at=timezone.now())
        tallies.count_conversation(conversation=conversation.pk)
        return conversation


def test_the_front_page_lists_conversations_and_no_drafts(acme: Organisation, talk: Conversation) -> None:
    with tenant_context(acme.tenant):
        draft = make_conversation()
        change(draft, opens_at=None, closes_at=None, name="A secret draft")

    client_of(acme).get("/theme.css")  # the process now knows the site
    with queries(1):
        page = client_of(acme).get("/").content.decode()

    assert f"/{talk.slug}/" in page
    assert "A secret draft" not in page


def test_a_draft_is_not_there(acme: Organisation) -> None:
    with tenant_context(acme.tenant):
        draft = make_conversation()
        change(draft, opens_at=None, closes_at=None)

    assert client_of(acme).get(f"/{draft.slug}/").status_code == 404


def test_home_shows_where_the_conversation_stands(browser: Client, talk: Conversation) -> None:
    """R07."""
    with queries(4):
        page = browser.get(f"/{talk.slug}/").content.decode()

    assert "Day 4 of 14" in page
    assert "What should change?" in page
    assert "25 ideas" in page


def test_without_signing_in_there_is_only_the_welcome(acme: Organisation, talk: Conversation) -> None:
    stranger = client_of(acme)
    with tenant_context(acme.tenant):
        stream = stream_of(talk)

    assert "Sign in to take part" in stranger.get(f"/{talk.slug}/").content.decode()
    for path in (f"/{talk.slug}/stream/{stream.pk}/", f"/{talk.slug}/mine/"):
        assert stranger.get(path)["Location"] == f"/{talk.slug}/sign-in/"


def test_a_stream_page_takes_four_queries_at_any_size(
    browser: Client, acme: Organisation, talk: Conversation
) -> None:
    """R08, goal G2."""
    with tenant_context(acme.tenant):
        stream = stream_of(talk)

    with queries(4):
        page = browser.get(f"/{talk.slug}/stream/{stream.pk}/").content.decode()

    assert page.count('<article class="card"') == 20
    assert "Show more" in page


@pytest.mark.parametrize("sort", ["newest", "liked", "discussed", "divided", "fewest"])
def test_paging_shows_every_idea_once(
    acme: Organisation, talk: Conversation, browser: Client, sort: str
) -> None:
    """R08: by key, in every order, with ties."""
    import re

    with tenant_context(acme.tenant):
        stream = stream_of(talk)
        expected = {str(pk) for pk in Idea.objects.filter(stream=stream).values_list("pk", flat=True)}

    seen: list[str] = []
    path = f"/{talk.slug}/stream/{stream.pk}/?sort={sort}"
    while path:
        page = browser.get(path).content.decode()
        seen += re.findall(r'<article class="card" id="idea-([0-9a-f-]+)"', page)
        more = re.search(r'class="more".*?href="([^"]+)"', page)
        path = more[1].replace("&amp;", "&") if more else ""

    assert len(seen) == len(set(seen))
    assert set(seen) == expected


def test_most_liked_comes_first(acme: Organisation, talk: Conversation, browser: Client) -> None:
    import re

    with tenant_context(acme.tenant):
        stream = stream_of(talk)

    page = browser.get(f"/{talk.slug}/stream/{stream.pk}/?sort=liked").content.decode()

    likes = [int(found) for found in re.findall(r"<span>(\d+) likes?</span>", page)]
    assert likes == sorted(likes, reverse=True)
    assert likes[0] == 6


def test_an_idea_shows_its_comments_oldest_first(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    with tenant_context(acme.tenant):
        alice, ben = make_people(talk, 2)
        idea = make_idea(talk, alice, "Shorter meetings.")
        for n in range(25):
            posting.add_comment(
                conversation=talk,
                idea=idea,
                by=ben,
                form=str(uuid4()),
                text=f"Remark {n:02}",
                at=timezone.now(),
            )

    with queries(4):
        page = browser.get(f"/{talk.slug}/idea/{idea}/").content.decode()

    assert page.index("Remark 00") < page.index("Remark 19")
    assert "Remark 20" not in page
    assert "Show more comments" in page


def test_mine_shows_what_i_wrote_and_nothing_else(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    """R12."""
    with tenant_context(acme.tenant):
        stream = stream_of(talk)
    browser.post(
        f"/{talk.slug}/stream/{stream.pk}/write/", {"text": "My very own idea", "form": str(uuid4())}
    )

    with queries(5):
        page = browser.get(f"/{talk.slug}/mine/").content.decode()

    assert "My very own idea" in page
    assert "Idea number" not in page


def test_what_is_hidden_is_gone_for_everybody_but_its_author(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    with tenant_context(acme.tenant):
        stream = stream_of(talk)
    browser.post(
        f"/{talk.slug}/stream/{stream.pk}/write/", {"text": "Soon to be hidden", "form": str(uuid4())}
    )
    with tenant_context(acme.tenant):
        idea = Idea.objects.get(stream=stream, text="Soon to be hidden")
        Idea.objects.filter(pk=idea.pk).update(state=State.HIDDEN)

    assert browser.get(f"/{talk.slug}/idea/{idea.pk}/").status_code == 404
    assert "Soon to be hidden" not in browser.get(f"/{talk.slug}/stream/{stream.pk}/").content.decode()
    assert "Hidden by a facilitator" in browser.get(f"/{talk.slug}/mine/").content.decode()


@pytest.mark.parametrize(
    "query", ["after=x", "after=1", "after=1-2-3", "sort=oldest", "after=9999999999999999999-1"]
)
def test_a_malformed_address_is_not_there(
    acme: Organisation, talk: Conversation, browser: Client, query: str
) -> None:
    with tenant_context(acme.tenant):
        stream = stream_of(talk)

    assert browser.get(f"/{talk.slug}/stream/{stream.pk}/?{query}").status_code == 404


def test_an_idea_of_another_area_is_not_there(acme: Organisation) -> None:
    """R06: own area only; totals over all areas, and the page says so."""
    with tenant_context(acme.tenant):
        conversation = make_conversation(areas=("staff", "students"))
        student, *_others = make_people(conversation, 50, area="students")
        theirs = make_idea(conversation, student, "A students' matter")
        tallies.count_conversation(conversation=conversation.pk)
        stream = stream_of(conversation)
    staff = _staff_client(acme, conversation)

    home = staff.get(f"/{conversation.slug}/").content.decode()

    assert staff.get(f"/{conversation.slug}/idea/{theirs}/").status_code == 404
    assert "A students" not in staff.get(f"/{conversation.slug}/stream/{stream.pk}/").content.decode()
    assert "Over all areas" in home
    assert "<dd>1</dd>" in home


def test_a_closed_conversation_can_be_read(acme: Organisation, talk: Conversation, browser: Client) -> None:
    with tenant_context(acme.tenant):
        stream = stream_of(talk)
        change(talk, closes_at=timezone.now() - timedelta(minutes=1))

    page = browser.get(f"/{talk.slug}/stream/{stream.pk}/")

    assert page.status_code == 200
    assert "Write your idea" not in page.content.decode()
    assert "Posting and voting is not possible" in page.content.decode()


def test_pages_are_never_kept_by_the_browser(browser: Client, talk: Conversation) -> None:
    page = browser.get(f"/{talk.slug}/")

    assert page["Cache-Control"] == "no-store"
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["Referrer-Policy"] == "same-origin"
    assert "camera=()" in page["Permissions-Policy"]


def _staff_client(acme: Organisation, conversation: Conversation) -> Client:
    from privacy.vault import runner
    from privacy.vault.interface import vault
    from tests.making import new_address, sign_in

    addresses = [new_address() for _n in range(50)]
    roster = "\n".join(["email,area", *(f"{address},staff" for address in addresses)])
    with tenant_context(acme.tenant):
        vault().enrol(conversation=conversation.pk, roster=roster.encode(), areas=["staff", "students"])
        runner.run_waiting()
    client = client_of(acme)
    sign_in(client, conversation, addresses[0])
    return client


def test_a_stream_page_weighs_little(browser: Client, acme: Organisation, talk: Conversation) -> None:
    """R07: page, styles and scripts together, compressed as they travel; fonts are kept by the browser."""
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk
    page = browser.get(f"/{talk.slug}/stream/{stream}/").content
    linked = re.findall(r'(?:href|src)="/static/(web/[^"]+\.(?:css|js))"', page.decode())

    parts = [page, *(Path(settings.STATIC_ROOT, name).read_bytes() for name in linked)]

    assert len(linked) >= 4
    assert sum(len(gzip.compress(part)) for part in parts) < 60_000
