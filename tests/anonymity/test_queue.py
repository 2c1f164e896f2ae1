"""What facilitators learn from the queue: nothing that is the same for two posts of one author."""

import re
from collections import Counter
from itertools import combinations
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Comment, Conversation, Idea
from conversations.services import posting
from conversations.services.queue import filling
from kernel.tenancy import tenant_context
from privacy.anonymity import Ticket
from tenants.models import Organisation, Role
from tests.anonymity.test_pages import _neutral
from tests.making import make_conversation, make_idea, make_people
from tests.staffing import desk_of, make_staff

_ALICES, _OTHERS = 5, 5
_TIME = re.compile(r"\b[0-2]?\d:[0-5]\d\b")
_VALUE = re.compile(r"[A-Za-z0-9+/=_-]{8,}")
_LINE = re.compile(r'<li class="line.*?</li>', re.DOTALL)


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


@pytest.fixture
def desk(acme: Organisation) -> Client:
    return desk_of(make_staff(Role.FACILITATOR, organisation=acme))


@pytest.fixture
def posts(acme: Organisation, talk: Conversation) -> dict[UUID, Ticket]:
    """One author with several ideas and comments, and others with one each; all texts are of one length."""
    made: dict[UUID, Ticket] = {}
    with tenant_context(acme.tenant):
        alice, *others = make_people(talk, 1 + 2 * _OTHERS)
        for n, author in enumerate([alice] * _ALICES + others[:_OTHERS]):
            made[make_idea(talk, author, uuid4().hex)] = author
            answering = alice if n < _ALICES else others[_OTHERS + n - _ALICES]
            under = make_idea(talk, make_people(talk)[0], uuid4().hex)
            made[_comment(talk, under, answering)] = answering
        filling.fill_all(at=timezone.now())
    return made


def _comment(talk: Conversation, idea: UUID, by: Ticket) -> UUID:
    return posting.add_comment(
        conversation=talk, idea=idea, by=by, form=str(uuid4()), text=uuid4().hex, at=timezone.now()
    )


def _pages(
    acme: Organisation, talk: Conversation, desk: Client, posts: dict[UUID, Ticket]
) -> dict[UUID, str]:
    """Each post's page without the list beside it, as the list asks for it."""
    base = f"/organisations/{acme.pk}/projects/{talk.pk}/queue"
    acts = {"": "", "hide/": "", "mask/": "", "split/": "", "merge/": ""}
    found = {}
    for post in posts:
        whole = desk.get(f"{base}/{post}/", headers={"HX-Request": "true", "HX-Target": "post"})
        forms = [desk.get(f"{base}/{post}/{act}") for act in acts if act]
        found[post] = whole.content.decode() + "".join(
            form.content.decode().partition('id="post"')[2] for form in forms if form.status_code == 200
        )
    return found


def test_no_value_is_shared_by_the_pages_of_one_author(
    acme: Organisation, talk: Conversation, desk: Client, posts: dict[UUID, Ticket]
) -> None:
    """R09, L1, L7: what two of one author's pages have in common, pages of different authors have too."""
    pages = _pages(acme, talk, desk, posts)
    values = {post: set(_VALUE.findall(page)) for post, page in pages.items()}
    (alice, count), *_others = Counter(author.person for author in posts.values()).most_common(1)
    hers = [post for post, author in posts.items() if author.person == alice]
    elsewhere = {value for post in posts.keys() - set(hers) for value in values[post]}

    assert count == 2 * _ALICES
    for one, other in combinations(hers, 2):
        assert (values[one] & values[other]) - elsewhere == set()


def test_pages_are_built_alike_whoever_wrote(
    acme: Organisation, talk: Conversation, desk: Client, posts: dict[UUID, Ticket]
) -> None:
    """R09, L1: no class, mark, order or length that depends on the author."""
    pages = _pages(acme, talk, desk, posts)
    with tenant_context(acme.tenant):
        ideas = set(Idea.objects.filter(pk__in=posts).values_list("pk", flat=True))

    for kind in (ideas, posts.keys() - ideas):
        assert len({_neutral(pages[post]) for post in kind}) == 1
    listed = desk.get(f"/organisations/{acme.pk}/projects/{talk.pk}/queue/?kind=idea").content.decode()
    lines = _LINE.findall(listed)
    assert len(lines) == 4 * _OTHERS
    assert len({_neutral(line) for line in lines}) == 1


def test_no_page_holds_a_time_a_tag_a_route_or_a_person(
    acme: Organisation, talk: Conversation, desk: Client, posts: dict[UUID, Ticket]
) -> None:
    """R09, scenario 10: no name, mail, id, exact time or "other posts"."""
    pages = _pages(acme, talk, desk, posts)
    with tenant_context(acme.tenant):
        rows = [
            *Idea.objects.filter(pk__in=posts).values_list("pk", "owner_tag", "route"),
            *Comment.objects.filter(pk__in=posts).values_list("pk", "owner_tag", "route"),
        ]
    for post, tag, route in rows:
        page = pages[post]
        assert not _TIME.search(page)
        for telling in (
            bytes(tag or b"").hex(),
            bytes(route or b"").hex(),
            posts[post].person.hex,
            str(posts[post].person),
        ):
            assert telling not in page
        others = [other for other in posts if other != post and posts[other].person == posts[post].person]
        assert not [other for other in others if str(other) in page]


def test_the_order_of_the_list_is_nobodys(acme: Organisation, talk: Conversation, desk: Client) -> None:
    """L4: posts of one day stand in the order of their random ids, not in that of their arrival."""
    with tenant_context(acme.tenant):
        (alice,) = make_people(talk)
        arrived = [make_idea(talk, alice, uuid4().hex) for _n in range(12)]

    page = desk.get(f"/organisations/{acme.pk}/projects/{talk.pk}/queue/").content.decode()

    listed = [UUID(found) for found in re.findall(r'name="item" value="([0-9a-f-]{36})"', page)]
    assert listed == sorted(arrived)
    assert listed != arrived


def test_nothing_about_a_post_reaches_the_log(
    acme: Organisation, talk: Conversation, desk: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """L19."""
    caplog.set_level(0)
    with tenant_context(acme.tenant):
        post = make_idea(talk, make_people(talk)[0], "A telling sentence")
    base = f"/organisations/{acme.pk}/projects/{talk.pk}/queue"
    desk.get(f"{base}/{post}/")
    desk.post(f"{base}/{post}/hide/", {"seen": "0", "note": "A telling note"})
    desk.post(f"{base}/{post}/done/")

    for telling in ("A telling sentence", "A telling note", str(post)):
        assert telling not in caplog.text
