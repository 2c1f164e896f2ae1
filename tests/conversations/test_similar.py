"""Similar ideas and hints while somebody writes: what is shown, to whom, and that nothing is kept."""

from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.models import Conversation, Idea, State
from conversations.queries.similar import similar_ideas
from conversations.views.participant import while_writing
from kernel.tenancy import Tenant, tenant_context
from tenants.models import Organisation
from tests.conversations.test_pages import queries
from tests.making import client_of, make_conversation, make_idea, make_people, stream_of


@pytest.fixture
def idea(acme: Organisation, talk: Conversation) -> UUID:
    with tenant_context(acme.tenant):
        return make_idea(talk, make_people(talk)[0], "Put bicycle racks in front of the canteen")


def test_the_most_alike_come_first(in_acme: Tenant) -> None:
    """R08."""
    talk = make_conversation()
    alice, *others = make_people(talk, 8)
    texts = [
        "Bicycle racks near the canteen, please",
        "Put bicycle racks in front of the canteen",
        "The canteen closes too early",
        "A bicycle shed",
        "Pay people for overtime",
        "Longer opening hours for the library",
        "Bicycles",
    ]
    for person, text in zip(others, texts, strict=True):
        make_idea(talk, person, text)

    found = similar_ideas(talk, "Put bicycle racks in front of the canteen doors", by=alice)

    assert [idea.text for idea in found[:2]] == [texts[1], texts[0]]
    assert len(found) <= 5
    assert not {texts[4], texts[5]} & {idea.text for idea in found}


def test_only_shown_ideas_of_the_own_area_are_similar(in_acme: Tenant) -> None:
    """R06."""
    talk, elsewhere = make_conversation(areas=("staff", "students")), make_conversation()
    (alice, ben), (carol,) = make_people(talk, 2, area="staff"), make_people(talk, area="students")
    text = "Put bicycle racks in front of the canteen"
    make_idea(talk, carol, text)
    make_idea(elsewhere, make_people(elsewhere)[0], text)
    Idea.objects.filter(pk=make_idea(talk, ben, text)).update(state=State.HIDDEN)

    assert similar_ideas(talk, text, by=alice) == []


@pytest.mark.parametrize(
    "text", ["", "the", "?!?!?!?!?!?!?!?!", "it is what it is", "\x00" * 40, "' | ! & <->"]
)
def test_texts_that_say_nothing_find_nothing(in_acme: Tenant, text: str) -> None:
    talk = make_conversation()
    (alice,) = make_people(talk)
    make_idea(talk, alice, "It is what it is")

    assert similar_ideas(talk, text, by=alice) == []


def test_while_writing_similar_ideas_appear(talk: Conversation, browser: Client, idea: UUID) -> None:
    """R08, R11: one fragment under the field."""
    fragment = browser.post(
        f"/{talk.slug}/while-writing/", {"text": "bicycle racks in front of the canteen, as Mrs Okafor said"}
    ).content.decode()

    assert "Somebody may have said this already. You can like it or add to it." in fragment
    assert f'href="/{talk.slug}/idea/{idea}/"' in fragment
    assert "0 likes" in fragment
    assert "“Mrs Okafor” may name a person." in fragment
    assert "<html" not in fragment


def test_without_javascript_the_preview_shows_them(
    acme: Organisation, talk: Conversation, browser: Client, idea: UUID
) -> None:
    """R08."""
    with tenant_context(acme.tenant):
        path = f"/{talk.slug}/stream/{stream_of(talk).pk}/write/"

    page = browser.post(
        path, {"text": "Bicycle racks, canteen", "form": str(uuid4()), "preview": "1"}
    ).content.decode()

    assert "Somebody may have said this already." in page
    assert f'href="/{talk.slug}/idea/{idea}/"' in page


def test_asking_takes_one_query_and_writes_nothing(
    talk: Conversation, browser: Client, idea: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    """R09: no text that is typed stands in an address, a log or a table."""
    caplog.set_level(0)
    browser.get(f"/{talk.slug}/")

    with queries(1), CaptureQueriesContext(connections["default"]) as seen:
        browser.post(f"/{talk.slug}/while-writing/", {"text": "A sentence that nobody has posted yet"})

    assert not [query for query in seen.captured_queries if "SELECT" not in query["sql"]]
    assert not [
        query for query in seen.captured_queries if "INSERT" in query["sql"] or "UPDATE" in query["sql"]
    ]
    assert "nobody has posted" not in caplog.text
    assert browser.get(f"/{talk.slug}/while-writing/?text=x").status_code == 405


def test_while_answering_there_are_hints_alone(talk: Conversation, browser: Client, idea: UUID) -> None:
    browser.get(f"/{talk.slug}/")

    with queries(0):
        fragment = browser.post(
            f"/{talk.slug}/while-answering/", {"text": "My manager wants bicycle racks as well"}
        ).content.decode()

    assert "may tell others who is meant" in fragment
    assert "Somebody may have said" not in fragment


@pytest.mark.parametrize("text", ["", "\x00", "x" * 100_000, "<script>", "word " * 5_000, "\ud7ff😀" * 50])
def test_nothing_typed_breaks_it(talk: Conversation, browser: Client, idea: UUID, text: str) -> None:
    response = browser.post(f"/{talk.slug}/while-writing/", {"text": text})

    assert response.status_code == 200
    assert "<script>" not in response.content.decode()


def test_too_many_askings_are_answered_with_silence(
    talk: Conversation, browser: Client, idea: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(while_writing, "_ASKED", "2/10minutes")

    answers = [browser.post(f"/{talk.slug}/while-writing/", {"text": "bicycle racks"}) for _n in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].content == b""


@pytest.mark.parametrize("path", ["while-writing", "while-answering"])
def test_strangers_learn_nothing(acme: Organisation, talk: Conversation, idea: UUID, path: str) -> None:
    response = client_of(acme).post(f"/{talk.slug}/{path}/", {"text": "bicycle racks in front"})

    assert response.status_code == 403
    assert "canteen" not in response.content.decode()


def test_another_organisations_ideas_are_not_similar(
    beta: Organisation, talk: Conversation, browser: Client
) -> None:
    with tenant_context(beta.tenant):
        theirs = make_conversation(slug=talk.slug)
        make_idea(theirs, make_people(theirs)[0], "Hovercraft for everybody at night")

    answer = browser.post(f"/{talk.slug}/while-writing/", {"text": "Hovercraft for everybody at night"})

    assert "Hovercraft" not in answer.content.decode()
