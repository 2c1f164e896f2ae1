"""Search, sorting by the fewest reactions, and live counters: what is found, by whom, with how many queries."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation, Idea, State, Stream
from conversations.queries import search as queries_of_search
from conversations.queries.ideas import Sort
from conversations.services import posting, voting
from conversations.views.participant import searching
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.conversations.test_pages import queries
from tests.making import (
    client_of,
    make_conversation,
    make_idea,
    make_people,
    signed_in_client,
    stream_of,
)

_CARD = re.compile(r'<article class="card" id="idea-([0-9a-f-]+)"')


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation(questions=("What should change?", "What should stay?"))


def _post(acme: Organisation, talk: Conversation, *texts: str) -> list[UUID]:
    with tenant_context(acme.tenant):
        people = make_people(talk, len(texts))
        return [make_idea(talk, person, text) for person, text in zip(people, texts, strict=True)]


def _search(browser: Client, talk: Conversation, words: str, **more: str) -> str:
    response = browser.get(f"/{talk.slug}/search/", {"q": words, **more})
    assert response.status_code == 200
    return response.content.decode()


def test_words_are_found_in_any_form_and_marked(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    """R08."""
    _post(acme, talk, "Windows that can be opened", "A quieter canteen")

    page = _search(browser, talk, "opening window")

    assert "1 idea found." in page
    assert "<mark>Windows</mark> that can be <mark>opened</mark>" in page
    assert "canteen" not in page


def test_a_search_takes_four_queries(acme: Organisation, talk: Conversation, browser: Client) -> None:
    """R08: what was found, how much, own votes, and nothing for the streams."""
    _post(acme, talk, *(f"Daylight number {n}" for n in range(25)))
    browser.get(f"/{talk.slug}/")

    with queries(4):
        page = _search(browser, talk, "daylight")

    assert len(_CARD.findall(page)) == 20
    assert "25 ideas found." in page


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> daylight",
        "daylight <b>bold</b> & \"quoted\" 'too'",
        "<mark>daylight</mark> </mark>",
        'StartSel=<i> daylight StopSel="',
    ],
)
def test_what_people_type_is_shown_as_text(
    acme: Organisation, talk: Conversation, browser: Client, text: str
) -> None:
    _post(acme, talk, text)

    page = _search(browser, talk, "daylight")

    (shown,) = re.findall(r'<p class="idea__text" lang="" dir="auto">(.*?)</p>', page, re.DOTALL)
    assert shown.count("<mark>daylight</mark>") == 1
    plain = shown.replace("<mark>daylight</mark>", "daylight")
    assert "<" not in plain
    assert (
        plain.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#34;", '"')
        .replace("&#39;", "'")
        .replace("&amp;", "&")
        == text
    )


def test_a_text_that_holds_our_marks_marks_nothing(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    """Imported texts do not go through the form that takes control characters away."""
    (idea,) = _post(acme, talk, "daylight")
    with tenant_context(acme.tenant):
        Idea.objects.filter(pk=idea).update(text="\x01<img src=x>\x02 daylight\x02\x01")

    page = _search(browser, talk, "daylight")

    assert "&lt;img src=x&gt; <mark>daylight</mark>" in page
    assert page.count("<mark>") == 1


@pytest.mark.parametrize("sort", list(Sort))
def test_paging_shows_every_result_once(
    acme: Organisation, talk: Conversation, browser: Client, sort: Sort
) -> None:
    """R08: by key, in every order, with ties."""
    expected = {str(idea) for idea in _post(acme, talk, *(f"Daylight {n}" for n in range(45)))}

    seen: list[str] = []
    path = f"/{talk.slug}/search/?q=daylight&sort={sort}"
    while path:
        page = browser.get(path).content.decode()
        seen += _CARD.findall(page)
        more = re.search(r'class="more".*?href="([^"]+)"', page)
        path = more[1].replace("&amp;", "&") if more else ""

    assert len(seen) == 45
    assert set(seen) == expected


def test_more_results_reach_htmx_as_a_fragment(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    _post(acme, talk, *(f"Daylight {n}" for n in range(22)))
    more = re.search(r'class="more".*?href="([^"]+)"', _search(browser, talk, "daylight"))
    assert more is not None

    fragment = browser.get(more[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in fragment
    assert len(_CARD.findall(fragment)) == 2


def test_one_stream_or_all(acme: Organisation, talk: Conversation, browser: Client) -> None:
    """R08."""
    _post(acme, talk, "Daylight in the office")
    with tenant_context(acme.tenant):
        first, second = Stream.objects.filter(conversation=talk).order_by("position")
        (alice,) = make_people(talk)
        posting.post_idea(
            conversation=talk,
            stream=second.pk,
            by=alice,
            form=str(uuid4()),
            text="Daylight in the workshop",
            at=timezone.now(),
        )

    assert "2 ideas found." in _search(browser, talk, "daylight")
    one = _search(browser, talk, "daylight", stream=str(second.pk))
    assert "1 idea found." in one
    assert "workshop" in one
    assert f'<option value="{second.pk}" selected>' in one
    assert f'value="{first.pk}"' in browser.get(f"/{talk.slug}/stream/{first.pk}/").content.decode()


def test_no_more_than_a_hundred_are_counted(acme: Organisation, talk: Conversation, browser: Client) -> None:
    with tenant_context(acme.tenant):
        (person,) = make_people(talk)
        for n in range(101):
            make_idea(talk, person, f"Daylight {n}")

    assert "At least 100 ideas found." in _search(browser, talk, "daylight")


@pytest.mark.parametrize("sort", list(Sort))
def test_words_of_many_ideas_are_found_in_the_same_order(
    acme: Organisation, talk: Conversation, monkeypatch: pytest.MonkeyPatch, sort: Sort
) -> None:
    """R08: another way of looking where many hold them, with the same pages."""
    _post(acme, talk, *(f"Daylight {n}" for n in range(30)), "Something else")
    with tenant_context(acme.tenant):
        Idea.objects.filter(text__endswith="7").update(likes=5, dislikes=3, comment_count=4)
        few = [_all_pages(talk, sort, stream) for stream in (stream_of(talk).pk, None)]
        monkeypatch.setattr(queries_of_search, "_FEW", 3)

        assert [_all_pages(talk, sort, stream) for stream in (stream_of(talk).pk, None)] == few
    assert len(set(few[1])) == 30


def _all_pages(talk: Conversation, sort: Sort, stream: UUID | None) -> list[str]:
    """The texts of all ideas about daylight in their order, page after page."""
    (person,) = make_people(talk)
    texts: list[str] = []
    after: str | None = None
    while not texts or after is not None:
        asked: dict[str, Any] = {"stream": stream, "sort": sort, "after": after, "by": person, "known": 0}
        page = queries_of_search.ideas_with(talk, "daylight", **asked)
        texts, after = [*texts, *map(str, page.texts)], page.after
    return texts


def test_nothing_found_offers_to_write_it(acme: Organisation, talk: Conversation, browser: Client) -> None:
    with tenant_context(acme.tenant):
        stream = stream_of(talk)

    page = _search(browser, talk, "hovercraft")
    within = _search(browser, talk, "hovercraft", stream=str(stream.pk))

    assert "No idea found" in page
    assert page.count("/write/") == 2
    assert within.count(f"/{talk.slug}/stream/{stream.pk}/write/") == 1


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        "the",
        "?!.,;:",
        "'",
        '"',
        '"""',
        "\\",
        "%",
        "-",
        "--",
        "or or or",
        "a & | ! <-> (b",
        ":*",
        "\x00",
        "day\x00light",
        "\ud800",
        "😀",
        "x" * 10_000,
        "word " * 2_000,
        '-"' * 5_000,
        "' OR '1'='1",
        "\u200b",
        "كلمة",
    ],
)
def test_strange_words_find_nothing_and_break_nothing(
    acme: Organisation, talk: Conversation, browser: Client, words: str
) -> None:
    _post(acme, talk, "Daylight")

    response = browser.get(f"/{talk.slug}/search/?{_encoded(words)}")

    assert response.status_code == 200


def _encoded(words: str) -> str:
    from urllib.parse import quote

    return f"q={quote(words, errors='surrogatepass')}"


def test_a_long_search_is_cut_and_says_so(acme: Organisation, talk: Conversation, browser: Client) -> None:
    _post(acme, talk, "Daylight")

    page = _search(browser, talk, "daylight " * 50)

    assert "only the first 200 characters" in page
    assert "1 idea found." in page
    assert "daylight " * 30 not in page


@pytest.mark.parametrize(
    "query", ["sort=oldest", "after=x", "after=1-", "stream=1", "stream=" + "0" * 32, "sort=liked&after=1;2"]
)
def test_a_malformed_address_is_not_there(talk: Conversation, browser: Client, query: str) -> None:
    assert browser.get(f"/{talk.slug}/search/?q=day&{query}").status_code == 404


def test_only_the_own_area_and_what_is_shown_is_searched(acme: Organisation) -> None:
    """R06."""
    from tests.conversations.test_pages import _staff_client

    with tenant_context(acme.tenant):
        talk = make_conversation(areas=("staff", "students"))
        student = make_people(talk, 50, area="students")[0]
        colleagues = make_people(talk, 50, area="staff")
        make_idea(talk, student, "Daylight for students")
        hidden = make_idea(talk, colleagues[0], "Daylight that was hidden")
        make_idea(talk, colleagues[1], "Daylight for staff")
        Idea.objects.filter(pk=hidden).update(state=State.HIDDEN)
    staff = _staff_client(acme, talk)

    page = _search(staff, talk, "daylight")

    assert "1 idea found." in page
    assert "for staff" in page


def test_another_organisations_words_are_not_found(
    acme: Organisation, beta: Organisation, talk: Conversation, browser: Client
) -> None:
    with tenant_context(beta.tenant):
        theirs = make_conversation(slug=talk.slug)
        make_idea(theirs, make_people(theirs)[0], "Hovercraft for everybody")

    assert "No idea found" in _search(browser, talk, "hovercraft")


def test_who_is_not_signed_in_is_led_to_the_door(acme: Organisation, talk: Conversation) -> None:
    response = client_of(acme).get(f"/{talk.slug}/search/?q=day")

    assert response["Location"] == f"/{talk.slug}/sign-in/"


def test_nobody_searches_without_end(
    talk: Conversation, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SEARCHES", "1/10minutes")

    assert browser.get(f"/{talk.slug}/search/?q=day").status_code == 200
    assert browser.get(f"/{talk.slug}/search/?q=day").status_code == 429


def test_own_votes_and_marks_are_shown_to_oneself_alone(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    """R09: and no card with marked words is kept for anybody else."""
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk
    browser.post(f"/{talk.slug}/stream/{stream}/write/", {"text": "More daylight", "form": str(uuid4())})
    other = signed_in_client(acme, talk)

    mine, theirs = _search(browser, talk, "daylight"), _search(other, talk, "daylight")

    assert "only you can see this" in mine
    assert "only you can see this" not in theirs
    assert "<mark>" not in other.get(f"/{talk.slug}/stream/{stream}/").content.decode()


def test_the_fewest_reactions_come_first(acme: Organisation, talk: Conversation, browser: Client) -> None:
    """R08: likes, dislikes and comments together; who has waited longest first."""
    alone, liked, discussed, also_alone = _post(acme, talk, "Alone", "Liked", "Discussed", "Also alone")
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk
        ben, *voters = make_people(talk, 3)
        for voter in voters:
            voting.cast_vote(conversation=talk, idea=liked, by=voter, value=-1, at=timezone.now())
        posting.add_comment(
            conversation=talk, idea=discussed, by=ben, form=str(uuid4()), text="Yes.", at=timezone.now()
        )

    page = browser.get(f"/{talk.slug}/stream/{stream}/?sort=fewest").content.decode()

    assert _CARD.findall(page) == [str(idea) for idea in (alone, also_alone, discussed, liked)]
    assert "Fewest reactions first" in page


def test_counters_of_the_own_area_in_one_query(
    acme: Organisation, beta: Organisation, talk: Conversation, browser: Client
) -> None:
    """R07: what one page shows is asked again in one small request."""
    seen, hidden = _post(acme, talk, "Seen", "Hidden")
    with tenant_context(acme.tenant):
        (voter,) = make_people(talk)
        voting.cast_vote(conversation=talk, idea=seen, by=voter, value=1, at=timezone.now())
        Idea.objects.filter(pk=hidden).update(state=State.HIDDEN)
        elsewhere = make_conversation()
        other = make_idea(elsewhere, make_people(elsewhere)[0])
    with tenant_context(beta.tenant):
        foreign = make_conversation()
        theirs = make_idea(foreign, make_people(foreign)[0])
    browser.get(f"/{talk.slug}/")

    with queries(1):
        response = browser.get(
            f"/{talk.slug}/counts/", {"idea": [str(idea) for idea in (seen, hidden, other, theirs, uuid4())]}
        )

    assert response.json() == {
        str(seen): {"like": "1 like", "dislike": "0 dislikes", "comments": "Read and comment"}
    }
    page = browser.get(f"/{talk.slug}/counts/", {"idea": [str(seen)], "place": "page"}).json()
    assert "One vote so far." in page[str(seen)]["balance"]


def test_counters_are_asked_for_sixty_ideas_at_most(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    (idea,) = _post(acme, talk, "Last of many")

    many = [*(str(uuid4()) for _n in range(60)), str(idea)]

    assert browser.get(f"/{talk.slug}/counts/", {"idea": many}).json() == {}
    assert browser.get(f"/{talk.slug}/counts/", {"idea": ["x"]}).status_code == 404
    assert browser.post(f"/{talk.slug}/counts/").status_code == 405
    assert client_of(acme).get(f"/{talk.slug}/counts/").status_code == 302
