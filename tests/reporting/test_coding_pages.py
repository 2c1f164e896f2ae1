"""The pages of coding: what an analyst sees and does, who gets nothing, and how much each page asks for."""

import io
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Conversation, Idea
from kernel.tenancy import tenant_context
from reporting.coding.models import Code, CodeState, Example, Reading
from reporting.coding.queries import codes_of, frame_of
from reporting.coding.services import frames, suggesting
from tenants.models import Organisation, Role
from tenants.permissions import Staff
from tests.coding import ANALYST, code, give, paper_comment, paper_ideas
from tests.making import change, make_conversation
from tests.staffing import desk_of, make_staff


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation(questions=("What should change?", "What should stay?"))


@pytest.fixture
def ada(acme: Organisation) -> Staff:
    return make_staff(Role.ANALYST, organisation=acme)


@pytest.fixture
def desk(ada: Staff) -> Client:
    return desk_of(ada)


@pytest.fixture
def pay(acme: Organisation, talk: Conversation) -> Code:
    with tenant_context(acme.tenant):
        return code(talk, "Pay", definition="Money for work.")


def at(acme: Organisation, talk: Conversation, *rest: object) -> str:
    return "/".join([f"/organisations/{acme.pk}/projects/{talk.pk}/coding", *map(str, rest), ""])


def ideas(acme: Organisation, talk: Conversation, *texts: str) -> list[UUID]:
    with tenant_context(acme.tenant):
        return paper_ideas(talk, list(texts))


def html(response: Any) -> str:
    return str(response.content.decode())


_PAGES = ("", "frame", "frame/history", "progress", "agreement", "disagreements", "search", "exchange")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ANALYST])
def test_nobody_but_analysts_codes(acme: Organisation, talk: Conversation, role: Role) -> None:
    other = desk_of(make_staff(role, organisation=acme))
    for page in _PAGES:
        assert other.get(at(acme, talk, *page.split("/")) if page else at(acme, talk)).status_code == 403


def test_every_page_of_an_empty_project_says_what_will_be_there(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    for page in _PAGES:
        response = desk.get(at(acme, talk, *page.split("/")) if page else at(acme, talk))
        assert response.status_code == 200, page
    assert "Begin with the frame" in html(desk.get(at(acme, talk)))


def test_a_post_is_coded_and_the_next_one_comes(
    acme: Organisation, talk: Conversation, desk: Client, ada: Staff, pay: Code
) -> None:
    """R51."""
    first, second = sorted(ideas(acme, talk, "More <pay>", "Less noise"))
    page = html(desk.get(at(acme, talk, "posts", first)))
    assert "&lt;pay&gt;" in page or "Less noise" in page

    sent = desk.post(at(acme, talk, "posts", first), {"seen": 0, "code": [str(pay.pk)]})

    assert sent["Location"] == f"{at(acme, talk, 'posts', second)}?done={first}"
    with tenant_context(acme.tenant):
        assert codes_of(talk) == {first: {pay.pk}}
        assert Reading.objects.get(post=first).by == ada.id
    last = desk.post(at(acme, talk, "posts", second), {"seen": 0, "nothing": "1", "code": [str(pay.pk)]})
    assert last["Location"].startswith(at(acme, talk) + "?done=")
    with tenant_context(acme.tenant):
        assert codes_of(talk)[second] == set()


def test_words_alone_are_coded_with_and_without_a_script(
    acme: Organisation, talk: Conversation, desk: Client, pay: Code
) -> None:
    """R51: offsets count characters, whatever they are."""
    (post,) = ideas(acme, talk, "🙂 More pay, more light.")
    address = at(acme, talk, "posts", post)
    desk.post(address, {"seen": 0, "passage": "more light", "passage_code": str(pay.pk)})
    desk.post(address, {"seen": 0, "span": [f"{pay.pk}:2:10", f"{pay.pk}:12:22", "rubbish"]})

    page = html(desk.get(address + "?show=mine"))
    assert "<mark>More pay</mark>, <mark>more light</mark>" in page
    wrong = desk.post(address, {"seen": 0, "passage": "no such words", "passage_code": str(pay.pk)})
    assert wrong.status_code == 422
    assert "no such words" in html(wrong)


def test_what_was_kept_last_can_be_taken_back(
    acme: Organisation, talk: Conversation, desk: Client, pay: Code
) -> None:
    (post,) = ideas(acme, talk, "More pay.")
    desk.post(at(acme, talk, "posts", post), {"seen": 0, "code": [str(pay.pk)]})
    assert at(acme, talk, "posts", post, "undo") in html(desk.get(at(acme, talk) + f"?done={post}"))

    desk.post(at(acme, talk, "posts", post, "undo"))
    with tenant_context(acme.tenant):
        assert codes_of(talk) == {}
    assert desk.post(at(acme, talk, "posts", post, "undo")).status_code == 409


def test_a_text_that_changed_meanwhile_is_read_again(
    acme: Organisation, talk: Conversation, desk: Client, pay: Code
) -> None:
    (post,) = ideas(acme, talk, "More pay.")
    with tenant_context(acme.tenant):
        Idea.objects.filter(pk=post).update(text="Less pay.", version=1)
    response = desk.post(at(acme, talk, "posts", post), {"seen": 0, "code": [str(pay.pk)]})

    assert response.status_code == 409
    assert "Less pay." in html(response)
    assert 'name="seen" value="1"' in html(response)


def test_posts_that_are_not_shown_cannot_be_opened(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    (post,) = ideas(acme, talk, "Hidden.")
    with tenant_context(acme.tenant):
        Idea.objects.filter(pk=post).update(state="hidden")
    for wanted in (post, uuid4()):
        assert desk.get(at(acme, talk, "posts", wanted)).status_code == 404
        assert desk.post(at(acme, talk, "posts", wanted), {"seen": 0}).status_code == 404


def test_colleagues_codes_are_nowhere_while_coding_is_blind(
    acme: Organisation, talk: Conversation, desk: Client, pay: Code
) -> None:
    """R50: neither on the desk, nor in search, nor as a disagreement that is none, nor as a file."""
    (post,) = ideas(acme, talk, "More light.")
    with tenant_context(acme.tenant):
        give(talk, post, pay)
    assert (
        "checked" not in html(desk.get(at(acme, talk, "posts", post))).split("picker")[1].split("fieldset")[0]
    )
    assert "More light." not in html(desk.get(at(acme, talk, "search") + f"?code={pay.pk}"))
    assert desk.get(at(acme, talk, "disagreements", post)).status_code == 404
    assert desk.post(at(acme, talk, "exchange/export"), {"form": "coded.csv"}).status_code == 409

    desk.post(at(acme, talk, "agreement/blind"), {"blind": "no"})
    assert "More light." in html(desk.get(at(acme, talk, "search") + f"?code={pay.pk}"))
    assert desk.post(at(acme, talk, "exchange/export"), {"form": "coded.csv"}).status_code == 200


def test_the_frame_is_made_changed_and_published_in_pages(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """R50."""
    desk.post(at(acme, talk, "frame"), {"name": "Work", "definition": "What people do"})
    with tenant_context(acme.tenant):
        work = Code.objects.get(frame=talk.pk, name="Work")
    desk.post(at(acme, talk, "frame"), {"name": "Hours", "parent": str(work.pk)})
    desk.post(at(acme, talk, "frame/publish"), {"note": "Pilot"})
    again = desk.post(at(acme, talk, "frame"), {"name": "work"})
    assert again.status_code == 422
    shown = html(desk.get(at(acme, talk, "frame")))
    assert "Hours" in shown
    assert "Version 1 was published last" in shown
    assert "Work / Hours" in html(desk.get(at(acme, talk, "frame/versions/1")))
    assert desk.get(at(acme, talk, "frame/versions/2")).status_code == 404


def test_one_code_takes_every_act(acme: Organisation, talk: Conversation, desk: Client, pay: Code) -> None:
    """R50."""
    with tenant_context(acme.tenant):
        money, other = code(talk, "Money"), code(talk, "Other")

    def act(on: Code, **sent: str) -> Any:
        return desk.post(at(acme, talk, "frame", on.pk), sent)

    act(pay, act="describe", name="Reward", definition="New", colour="#ffffff", memo="Think.")
    act(other, act="move", parent=str(pay.pk), place="1")
    act(pay, act="add-example", words="A raise")
    assert "A raise" in html(desk.get(at(acme, talk, "frame", pay.pk)))
    with tenant_context(acme.tenant):
        example = Example.objects.get(code=pay)
    act(pay, act="drop-example", example=str(example.pk))
    assert act(money, act="merge", target="").status_code == 422
    assert act(money, act="nonsense").status_code == 404
    merged = act(money, act="merge", target=str(pay.pk))
    assert merged["Location"] == at(acme, talk, "frame", pay.pk)
    act(other, act="split", names="One\nTwo")
    with tenant_context(acme.tenant):
        assert [line.full_name for line in frame_of(talk)] == ["Reward", "Reward / One", "Reward / Two"]
        assert Code.objects.get(pk=pay.pk).colour != "#ffffff"
        one = Code.objects.get(frame=talk.pk, name="One")
    act(one, act="retire")
    assert "Take it up again" in html(desk.get(at(acme, talk, "frame", one.pk)))
    act(one, act="restore")
    with tenant_context(acme.tenant):
        assert Code.objects.get(pk=one.pk).state == CodeState.ACTIVE
    history = html(desk.get(at(acme, talk, "frame/history")))
    for word in ("Renamed", "Merged", "Split", "Retired", "Taken up again", "Moved", "Described anew"):
        assert word in history, word


def test_a_code_of_another_project_is_not_found(acme: Organisation, talk: Conversation, desk: Client) -> None:
    with tenant_context(acme.tenant):
        theirs = code(make_conversation(), "Theirs")
    assert desk.get(at(acme, talk, "frame", theirs.pk)).status_code == 404


def test_words_become_an_example(acme: Organisation, talk: Conversation, desk: Client, pay: Code) -> None:
    (post,) = ideas(acme, talk, "More pay for all.")
    sent = {"seen": 0, "passage": "pay for all", "passage_code": str(pay.pk)}
    assert desk.post(at(acme, talk, "posts", post, "quote"), sent).status_code == 302
    assert "pay for all" in html(desk.get(at(acme, talk, "frame", pay.pk)))
    assert desk.post(at(acme, talk, "posts", post, "quote"), {"seen": 0}).status_code == 422


def test_a_disagreement_stands_side_by_side_and_is_settled(
    acme: Organisation, talk: Conversation, desk: Client, ada: Staff, pay: Code
) -> None:
    """R50."""
    (post,) = ideas(acme, talk, "More pay, fewer hours.")
    bo = make_staff(Role.ANALYST, organisation=acme)
    with tenant_context(acme.tenant):
        hours = code(talk, "Hours")
        give(talk, post, pay, by=ada)
        give(talk, post, passages=((hours, "fewer hours"),), by=bo)
    assert at(acme, talk, "disagreements", post) in html(desk.get(at(acme, talk, "disagreements")))
    page = html(desk.get(at(acme, talk, "disagreements", post)))
    for words in (ada.name, bo.name, "Pay", "fewer hours"):
        assert words in page

    desk.post(at(acme, talk, "disagreements", post), {"code": [str(pay.pk), str(hours.pk)]})
    with tenant_context(acme.tenant):
        assert codes_of(talk) == {post: {pay.pk, hours.pk}}
    assert "Nothing to settle" in html(desk.get(at(acme, talk, "disagreements")))
    assert "Settled by" in html(desk.get(at(acme, talk, "disagreements", post)))


def test_suggestions_come_with_their_reasons_and_count_for_nothing(
    acme: Organisation, talk: Conversation, desk: Client, ada: Staff, pay: Code
) -> None:
    """R51."""
    few = desk.post(at(acme, talk, "progress/suggest"))
    assert few.status_code == 409
    with tenant_context(acme.tenant):
        light = code(talk, "Light")
        for n in range(20):
            one, other = paper_ideas(talk, [f"Raise the salary {n}", f"More windows and daylight {n}"])
            give(talk, one, pay, by=ada)
            give(talk, other, light, by=ada)
        post, unlike = paper_ideas(talk, ["My salary is low", "Zebra"])
        assert suggesting.is_due(talk)
        suggesting.suggest(conversation=talk, at=timezone.now())
        assert not suggesting.is_due(talk)
        assert post not in codes_of(talk)
    page = html(desk.get(at(acme, talk, "posts", post)))
    assert "Suggested from your project" in page
    assert re.search(r"<q[^>]*>salary</q>", page)
    assert "You gave it to" in page
    assert "Raise the salary" in page
    assert "Suggested from" not in html(desk.get(at(acme, talk, "posts", unlike)))
    with tenant_context(acme.tenant):
        give(talk, post, light)
    assert "Suggested from" not in html(desk.get(at(acme, talk, "posts", post)))
    assert desk.post(at(acme, talk, "progress/suggest")).status_code == 302


def test_files_leave_and_come_in_by_page(
    acme: Organisation, talk: Conversation, desk: Client, pay: Code
) -> None:
    """R56."""
    made = desk.post(at(acme, talk, "exchange/export"), {"form": "codebook.qdc"})
    assert made["Content-Disposition"] == 'attachment; filename="codebook.qdc"'
    assert desk.post(at(acme, talk, "exchange/export"), {"form": "people.csv"}).status_code == 404
    back = desk.post(at(acme, talk, "exchange"), {"file": io.BytesIO(made.content)})
    assert "0 codes added, 1 were there already" in html(back)
    broken = desk.post(at(acme, talk, "exchange"), {"file": SimpleUploadedFile("x.qdc", b"<x>")})
    assert broken.status_code == 422
    assert desk.post(at(acme, talk, "exchange")).status_code == 422


def test_a_complete_project_is_coded_no_more(
    acme: Organisation, talk: Conversation, desk: Client, pay: Code
) -> None:
    (post,) = ideas(acme, talk, "More pay.")
    with tenant_context(acme.tenant):
        change(talk, completed_at=timezone.now())
    response = desk.post(at(acme, talk, "posts", post), {"seen": 0})
    assert response.status_code == 409
    assert "This project is complete" in html(response)


def test_pages_ask_for_the_same_however_much_there_is(
    acme: Organisation, talk: Conversation, desk: Client, ada: Staff, pay: Code
) -> None:
    posts = ideas(acme, talk, *[f"Post {n}" for n in range(3)])
    pages = ["", f"posts/{posts[0]}", "frame", "progress", "agreement", "disagreements", "search?q=post"]

    def asked() -> list[int]:
        counted = []
        for page in pages:
            path, _mark, query = page.partition("?")
            address = at(acme, talk, *path.split("/")) if path else at(acme, talk)
            with CaptureQueriesContext(connections["default"]) as queries:
                assert desk.get(f"{address}?{query}").status_code == 200
            counted.append(len(queries))
        return counted

    desk.get(at(acme, talk))
    few = asked()
    with tenant_context(acme.tenant):
        codes = [code(talk, f"Code {n}", pay) for n in range(10)]
        more = paper_ideas(talk, [f"Post {n}" for n in range(60)])
        for post in more[:20]:
            give(talk, post, codes[0], by=ada)
            give(talk, post, codes[1], passages=((codes[2], "Post"),))
        paper_comment(more[30], "Post, too")
        frames.publish_version(conversation=talk, note="", by=ANALYST, at=timezone.now())
    many = asked()

    # Names of colleagues are asked for once there are any.
    assert [now - before for now, before in zip(many, few, strict=True)] <= [0, 0, 3, 0, 0, 0, 0]
    assert max(many) <= 32
