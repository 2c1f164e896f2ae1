"""Every address under /organisation/: who gets in, and that no page says anything about anybody (R44, Z14, I1-I4)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from django.utils import timezone

from conversations.models import Comment, Conversation, Idea, Vote
from conversations.services import posting, tallies, voting
from kernel.tenancy import tenant_context
from privacy.vault import runner
from privacy.vault.interface import vault
from reporting.portal.queries import participation
from reporting.portal.services import remembering, telling
from tenants.models import Organisation, Role
from tests import acting
from tests.making import (
    change,
    client_of,
    make_conversation,
    make_idea,
    make_people,
    new_address,
    sign_in,
    signed_in_client,
)
from tests.reporting.sponsoring import make_sponsor, portal_of
from tests.staffing import desk_of, make_staff

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _addresses(talk: Conversation) -> Iterator[str]:
    """Every address of the portal as the resolver knows it, about one conversation."""
    known = {"slug": talk.slug, "code": "questions", "language": "en", "digest": "0" * 32, "link": "a:b:c"}
    known |= {"version": str(uuid4()), "format": "pdf"}
    for pattern in get_resolver("reporting.portal.urls").url_patterns:
        filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: known[found[1]], str(pattern.pattern))
        yield f"/organisation/{filled}"


@pytest.fixture
def people(acme: Organisation) -> list[str]:
    return [new_address() for _person in range(12)]


@pytest.fixture
def talk(acme: Organisation, people: list[str]) -> Conversation:
    """With a roster of groups that was uploaded, contributions, acts and messages; everything is told and shown."""
    with tenant_context(acme.tenant):
        made = make_conversation()
        change(made, client_is_told=True, client_sees_themes=True, goal_percent=33)
        made.refresh_from_db()
        lines = "\n".join(["email,team", *(f"{address},Porters" for address in people)])
        vault().enrol(conversation=made.pk, roster=lines.encode(), areas=["everybody"])
        runner.run_waiting()
        for person in make_people(made, 6):
            idea = make_idea(made, person, "CANARY-idea")
            for other in make_people(made, 2):
                voting.cast_vote(conversation=made, idea=idea, by=other, value=voting.LIKE, at=timezone.now())
                posting.add_comment(
                    conversation=made,
                    idea=idea,
                    by=other,
                    form=str(uuid4()),
                    text="CANARY-comment",
                    at=timezone.now(),
                )
            if person.may_write:
                acting.remove(made, acting.idea_seen(idea))
        make_idea(made, make_people(made)[0], "CANARY-idea")
        tallies.count_conversation(conversation=made.pk)
        telling.tell_all(at=timezone.now() + timedelta(days=1))
        remembering.note_people(at=timezone.now())
    participation.forget_days()
    return made


def _secrets(talk: Conversation) -> set[str]:
    """Whatever is an author's, a participant's, or a contribution's own."""
    found: set[str] = {"CANARY"}
    for model in (Idea, Comment):
        where = "stream" if model is Idea else "idea__stream"
        for one in model.objects.filter(**{f"{where}__conversation": talk}):
            found |= {str(one.pk), one.pk.hex}
            found |= {bytes(value).hex() for value in (one.owner_tag, one.route) if value}
    for vote in Vote.objects.filter(idea__stream__conversation=talk):
        found |= {bytes(vote.voter_tag).hex(), bytes(vote.route).hex()}
    return found


def test_no_page_says_anything_about_anybody(
    acme: Organisation, talk: Conversation, people: list[str]
) -> None:
    """R44, Z14: every address, read and posted to, while a roster waits; no text, id, tag, address or person."""
    portal = portal_of(acme)
    rows = "\n".join(["email,team", *(f"{address},Porters" for address in people), "nobody,Porters"])
    upload = {"file": SimpleUploadedFile("roster.csv", rows.encode())}
    assert portal.post(f"/organisation/conversations/{talk.slug}/roster/upload/", upload).status_code == 302
    with tenant_context(acme.tenant):
        runner.run_waiting()
        hidden = _secrets(talk) | set(people)
    form = {"dimension": "team", "act": "look", "page": "Hello", "colour": "#123456", "look": "1"}

    opened = 0
    for address in [*_addresses(talk), *_addresses(talk)]:
        for answer in (portal.get(address), portal.post(address, form)):
            said = answer.content.decode(errors="replace")
            assert answer.status_code in {200, 302, 404, 405, 409, 422}, (address, answer.status_code)
            assert "no-store" in answer["Cache-Control"], address
            assert not {one for one in hidden if one in said}, address
            assert set(_UUID.findall(said)) <= set(_UUID.findall(address)), address
            assert "participant" not in answer.cookies, address
            opened += answer.status_code == 200
    assert opened >= 20


def test_wrong_people_find_the_door(acme: Organisation, beta: Organisation, talk: Conversation) -> None:
    """R44, I4: nobody, a participant, staff, a client user elsewhere, one without a second factor."""
    visitors = {
        "nobody": client_of(acme),
        "participant": signed_in_client(acme, talk),
        "staff": desk_of(make_staff(Role.OPERATOR)),
        "elsewhere": portal_of(beta),
        "no second factor": portal_of(acme, make_sponsor(acme, has_factor=False)),
    }
    host = f"{acme.slug}.localhost"

    for who, visitor in visitors.items():
        for address in _addresses(talk):
            for answer in (
                visitor.get(address, headers={"host": host}),
                visitor.post(address, headers={"host": host}),
            ):
                assert answer.status_code in {302, 405}, (who, address)
                if answer.status_code == 302:
                    assert answer["Location"].startswith(
                        ("/organisation/sign-in/", "/organisation/security/")
                    ), (who, address)
                assert talk.name not in answer.content.decode(), (who, address)


def test_another_organisations_conversation_does_not_exist(acme: Organisation, beta: Organisation) -> None:
    """I1-I3: also under the same short name."""
    with tenant_context(beta.tenant):
        theirs = make_conversation(slug=f"theirs-{uuid4().hex[:8]}")
        change(theirs, name="CANARY of beta")
    portal = portal_of(acme)

    for address in _addresses(theirs):
        for answer in (portal.get(address), portal.post(address)):
            if theirs.slug in address:
                assert answer.status_code in {404, 405}, address
            assert "CANARY of beta" not in answer.content.decode(errors="replace"), address


def test_the_two_kinds_of_session_never_meet(
    acme: Organisation, talk: Conversation, people: list[str]
) -> None:
    """Architecture 1: in one browser, neither opens the other's."""
    browser = portal_of(acme)
    sign_in(browser, talk, people[0])
    account = browser.cookies[settings.SESSION_COOKIE_NAME].value

    theirs = browser.get(f"/{talk.slug}/mine/")
    ours = browser.get("/organisation/")

    assert theirs.status_code == ours.status_code == 200
    assert settings.SESSION_COOKIE_NAME not in theirs.cookies
    assert set(ours.cookies) <= {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    browser.cookies.pop(settings.SESSION_COOKIE_NAME)
    assert browser.get("/organisation/").status_code == 302
    alone = client_of(acme)
    alone.cookies[settings.SESSION_COOKIE_NAME] = account
    assert alone.get(f"/{talk.slug}/mine/").status_code == 302


def test_the_console_knows_nothing_of_these_addresses(talk: Conversation) -> None:
    desk = desk_of(make_staff(Role.OPERATOR))

    for address in _addresses(talk):
        assert desk.get(address).status_code == 404, address


def test_an_id_is_never_taken_for_a_conversation(acme: Organisation, talk: Conversation) -> None:
    answer = portal_of(acme).get(f"/organisation/conversations/{UUID(int=talk.pk.int)}/")

    assert answer.status_code == 404
