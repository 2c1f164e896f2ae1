"""The pages of the queue: what a facilitator sees, does and takes back; and who gets nothing."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import (
    Conversation,
    Idea,
    QueueItem,
    Reason,
    State,
    Stream,
)
from conversations.services import posting
from conversations.services.reporting import report_contribution
from kernel.tenancy import tenant_context
from privacy.anonymity import Kind
from tenants.models import Organisation, Role
from tenants.permissions import Staff
from tests.making import make_conversation, make_idea, make_people
from tests.staffing import desk_of, make_staff


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation(questions=("What should change?", "What should stay?"))


@pytest.fixture
def sam(acme: Organisation) -> Staff:
    return make_staff(Role.FACILITATOR, organisation=acme)


@pytest.fixture
def desk(sam: Staff) -> Client:
    return desk_of(sam)


def at(acme: Organisation, talk: Conversation, *rest: object) -> str:
    return "/".join([f"/organisations/{acme.pk}/projects/{talk.pk}/queue", *map(str, rest), ""])


def idea_of(acme: Organisation, talk: Conversation, text: str = "More daylight.") -> UUID:
    with tenant_context(acme.tenant):
        return make_idea(talk, make_people(talk)[0], text)


def state_of(acme: Organisation, post: UUID) -> tuple[str, str, bool]:
    with tenant_context(acme.tenant):
        found = Idea.objects.get(pk=post)
        return found.state, found.text, QueueItem.objects.get(pk=post).is_open


def html(response: Any) -> str:
    return str(response.content.decode())


def test_a_new_post_stands_in_the_queue_at_once(acme: Organisation, talk: Conversation, desk: Client) -> None:
    """R20."""
    post = idea_of(acme, talk, "Quieter corridors <b>please</b>")

    page = desk.get(at(acme, talk))

    assert page.status_code == 200
    assert "Quieter corridors &lt;b&gt;please&lt;/b&gt;" in html(page)
    assert at(acme, talk, post) in html(page)


def test_a_post_shows_reports_with_words_and_never_who(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """R20, R09."""
    post = idea_of(acme, talk, "Mrs Okafor is always late.")
    with tenant_context(acme.tenant):
        report_contribution(
            conversation=talk,
            kind=Kind.IDEA,
            contribution=post,
            by=make_people(talk)[0],
            reason=Reason.PERSON,
            words="That is a colleague",
            at=timezone.now(),
        )

    page = html(desk.get(at(acme, talk, post)))

    assert "That is a colleague" in page
    assert "It names somebody" in page
    assert "<mark>Mrs Okafor</mark> is always late." in page
    assert "Reported" in page


@pytest.mark.parametrize("who", [Role.ANALYST, Role.SUPPORT, Role.PRIVACY_OFFICER, Role.OPERATOR])
def test_other_roles_get_nothing(acme: Organisation, talk: Conversation, who: Role) -> None:
    """R65."""
    post = idea_of(acme, talk)
    other = desk_of(make_staff(who, organisation=acme))

    for path in (at(acme, talk), at(acme, talk, post), at(acme, talk, "replies"), at(acme, talk, "handover")):
        assert other.get(path).status_code == 403
    for path in (at(acme, talk, post, "done"), at(acme, talk, post, "hide"), at(acme, talk, "several")):
        assert other.post(path).status_code == 403


def test_another_organisation_and_another_project_do_not_exist(
    acme: Organisation, beta: Organisation, talk: Conversation, desk: Client
) -> None:
    """R01, R65."""
    post = idea_of(acme, talk)
    with tenant_context(acme.tenant):
        other = make_conversation()
    stranger = desk_of(make_staff(Role.FACILITATOR, organisation=beta))

    desk.get(at(acme, talk))
    assert stranger.get(at(acme, talk, post)).status_code == 404
    assert stranger.get(at(beta, talk, post)).status_code == 404
    assert desk.get(at(acme, other, post)).status_code == 404
    assert desk.post(at(acme, other, post, "done")).status_code == 404
    assert desk.post(at(acme, other, "undo"), {"act": str(uuid4())}).status_code == 404
    assert Client(headers={"host": "acme.localhost"}).get(at(acme, talk)).status_code == 404


def test_done_goes_on_to_the_next_and_can_be_undone(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """R20."""
    posts = {idea_of(acme, talk, f"Idea {n}") for n in range(2)}
    desk.get(at(acme, talk))
    first = posts.pop()

    gone_on = desk.post(at(acme, talk, first, "done"))

    assert gone_on["Location"].startswith(at(acme, talk, posts.pop()))
    assert state_of(acme, first)[2] is False
    page = html(desk.get(gone_on["Location"]))
    assert "Marked as done." in page
    back = desk.post(at(acme, talk, "undo"), {"item": str(first)})
    assert back["Location"].startswith(at(acme, talk, first))
    assert state_of(acme, first)[2] is True


def test_masking_from_the_queue_clears_the_hint_and_tells_the_author(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """R21, scenario 12: the words are gone from the queue too."""
    post = idea_of(acme, talk, "I saw the ward manager on 7B asleep.")
    page = html(desk.get(at(acme, talk)) and desk.get(at(acme, talk, post, "mask")))
    assert 'name="words"' in page

    done = desk.post(
        at(acme, talk, post, "mask"), {"seen": "0", "rule": "person", "words": "the ward manager on 7B"}
    )

    assert done.status_code == 302, html(done)
    state, text, is_open = state_of(acme, post)
    assert "ward manager" not in text
    assert (state, is_open) == (State.SHOWN, False)
    with tenant_context(acme.tenant):
        assert QueueItem.objects.get(pk=post).hints == []
    assert "A facilitator masked words in this." in html(desk.get(at(acme, talk, post)))


def test_a_refused_act_keeps_what_was_typed(acme: Organisation, talk: Conversation, desk: Client) -> None:
    """R21: without a reason, and after somebody else changed it."""
    post = idea_of(acme, talk)
    desk.get(at(acme, talk))

    missing = desk.post(at(acme, talk, post, "hide"), {"seen": "0", "note": "A long considered note"})
    assert missing.status_code == 422
    assert "A long considered note" in html(missing)
    assert "An opinion is none" in html(missing)
    late = desk.post(
        at(acme, talk, post, "edit"), {"seen": "7", "rule": "clarity", "text": "More light, and air."}
    )
    assert late.status_code == 409
    assert "More light, and air." in html(late)
    assert state_of(acme, post) == (State.SHOWN, "More daylight.", True)


def test_the_second_facilitator_reads_whose_it_is_and_loses_nothing(
    acme: Organisation, talk: Conversation, sam: Staff, desk: Client
) -> None:
    """R20."""
    post = idea_of(acme, talk)
    desk.get(at(acme, talk))
    assert desk.post(at(acme, talk, post, "claim")).status_code == 302
    other = desk_of(make_staff(Role.FACILITATOR, organisation=acme))

    refused = other.post(
        at(acme, talk, post, "hide"), {"seen": "0", "rule": "abuse", "note": "A long considered note"}
    )

    assert refused.status_code == 409
    assert f"{sam.name} is working on this until" in html(refused)
    assert "A long considered note" in html(refused)
    assert other.post(at(acme, talk, post, "done")).status_code == 409
    assert sam.name in html(other.get(at(acme, talk)))
    line = other.post(at(acme, talk, post, "claim"), headers={"HX-Request": "true"})
    assert sam.name in html(line)
    desk.post(at(acme, talk, post, "give-back"))
    assert other.post(at(acme, talk, post, "done")).status_code == 302


def test_a_double_click_hides_once_and_undo_shows_again(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """R21, scenario 13."""
    post = idea_of(acme, talk)
    desk.get(at(acme, talk))
    form = {"seen": "0", "rule": "abuse", "note": "Please say it kindly."}

    first, second = (desk.post(at(acme, talk, post, "hide"), form) for _click in range(2))

    assert (first.status_code, second.status_code) == (302, 409)
    assert state_of(acme, post)[0] == State.HIDDEN
    act = re.search(r"act=([0-9a-f-]{36})", first["Location"])
    assert act is not None
    assert desk.post(at(acme, talk, "undo"), {"act": act[1]}).status_code == 302
    assert state_of(acme, post) == (State.SHOWN, "More daylight.", True)
    again = desk.post(at(acme, talk, "undo"), {"act": act[1]})
    assert "taken back already" in html(again)


def test_move_split_and_merge_with_their_forms(acme: Organisation, talk: Conversation, desk: Client) -> None:
    """R22, R23, R24, scenarios 14, 15, 16."""
    moved = idea_of(acme, talk, "Keep the choir")
    whole = idea_of(acme, talk, "Bicycle racks\nBetter soup\nA quieter library")
    stays, goes = (idea_of(acme, talk, text) for text in ("Longer lunch breaks", "Longer breaks at lunch"))
    with tenant_context(acme.tenant):
        one, other = (
            Stream.objects.filter(conversation=talk).order_by("position").values_list("pk", flat=True)
        )
    desk.get(at(acme, talk))

    assert desk.post(at(acme, talk, moved, "move"), {"seen": "0", "rule": "topic"}).status_code == 422
    desk.post(at(acme, talk, moved, "move"), {"seen": "0", "rule": "topic", "stream": str(other)})
    parts = {"part": ["Bicycle racks", "Better soup", "A quieter library"], "part_stream": [one, other, one]}
    assert html(desk.get(at(acme, talk, whole, "split"))).count('name="part"') == 3
    done = desk.post(at(acme, talk, whole, "split"), {"seen": "0", "rule": "several", **parts})
    assert done.status_code == 302, html(done)
    page = html(desk.get(at(acme, talk, stays, "merge")))
    assert f'value="{goes}~0"' in page
    form = {"seen": "0", "rule": "same", "source": f"{goes}~0", "text": "A longer lunch break"}
    preview = html(desk.post(at(acme, talk, stays, "merge"), {**form, "preview": "1"}))
    assert "each person counts once" in preview
    done = desk.post(at(acme, talk, stays, "merge"), form)
    assert done.status_code == 302, html(done)

    with tenant_context(acme.tenant):
        assert Idea.objects.get(pk=moved).stream_id == other
        assert Idea.objects.filter(part_of=whole, state=State.SHOWN).count() == 3
        assert QueueItem.objects.filter(pk__in=Idea.objects.filter(part_of=whole), is_open=False).count() == 3
        assert Idea.objects.get(pk=stays).text == "A longer lunch break"
    assert state_of(acme, goes)[0] == State.MERGED
    assert state_of(acme, goes)[2] is False
    assert "Split into" in html(desk.get(at(acme, talk, whole)))


def test_several_are_done_or_hidden_at_once(acme: Organisation, talk: Conversation, desk: Client) -> None:
    """R20: bulk acts, and their undoing."""
    posts = [idea_of(acme, talk, f"Spam {n}") for n in range(3)]
    desk.get(at(acme, talk))
    ticked = {"item": [str(post) for post in posts]}

    assert desk.post(at(acme, talk, "several"), {"what": "done"}).status_code == 422
    assert desk.post(at(acme, talk, "several"), {"what": "hide", **ticked}).status_code == 422
    done = desk.post(at(acme, talk, "several"), {"what": "hide", "rule": "repeated", **ticked})
    assert [state_of(acme, post)[0] for post in posts] == [State.HIDDEN] * 3
    acts = re.findall(r"act=([0-9a-f-]{36})", done["Location"])
    assert "3 posts" in html(desk.get(done["Location"]))
    desk.post(at(acme, talk, "undo"), {"act": acts})
    assert [state_of(acme, post)[0] for post in posts] == [State.SHOWN] * 3
    desk.post(at(acme, talk, "several"), {"what": "done", **ticked})
    assert [state_of(acme, post)[2] for post in posts] == [False] * 3
    assert "Spam 1" in html(desk.get(f"{at(acme, talk)}?lane=done"))


def test_similar_posts_are_shown_together(acme: Organisation, talk: Conversation, desk: Client) -> None:
    """R20."""
    from conversations.services.queue import filling

    one, other = (
        idea_of(acme, talk, f"Put bicycle racks in front of the {n} canteen") for n in ("old", "new")
    )
    with tenant_context(acme.tenant):
        filling.fill_all(at=timezone.now())
        group = QueueItem.objects.get(pk=one).alike

    assert at(acme, talk, "alike", group) in html(desk.get(at(acme, talk, other)))
    assert html(desk.get(at(acme, talk, "alike", group))).count("checked") == 2
    assert desk.get(at(acme, talk, "alike", uuid4())).status_code == 404


def test_filters_leave_out_what_was_not_asked_for(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """R20."""
    idea = idea_of(acme, talk, "Bicycle racks")
    with tenant_context(acme.tenant):
        posting.add_comment(
            conversation=talk,
            idea=idea,
            by=make_people(talk)[0],
            form=str(uuid4()),
            text="And a pump",
            at=timezone.now(),
        )
        stream = Stream.objects.get(conversation=talk, position=1).pk

    def shown(query: str) -> tuple[bool, bool]:
        page = html(desk.get(f"{at(acme, talk)}?{query}"))
        return "Bicycle racks" in page, "And a pump" in page

    assert shown("") == (True, True)
    assert shown("kind=comment") == (False, True)
    assert shown("q=BICYCLE") == (True, False)
    assert shown("lane=reported") == (False, False)
    assert shown(f"stream={stream}") == (False, False)
    assert shown("stream=nonsense&area=x&kind=y&lane=z") == (True, True)
    assert desk.get(f"{at(acme, talk)}?after=nonsense").status_code == 404


def test_the_queue_takes_as_many_queries_for_many_as_for_few(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """R20."""

    def queries() -> int:
        with CaptureQueriesContext(connections["default"]) as asked:
            assert desk.get(at(acme, talk)).status_code == 200
        return len(asked)

    idea_of(acme, talk)
    for _warm in range(2):
        queries()
    few = queries()
    for n in range(30):
        idea_of(acme, talk, f"Idea {n}")
    desk.get(at(acme, talk))

    assert queries() == few <= 16
    more = re.search(r'href="([^"]*after=[^"]*)"', html(desk.get(at(acme, talk))))
    assert more is not None
    assert html(desk.get(more[1].replace("&amp;", "&"))).count("data-line") == 6


def test_saved_replies_and_handover(acme: Organisation, talk: Conversation, sam: Staff, desk: Client) -> None:
    """R20: a saved reply comes into the note without a script; handover notes say who and which day."""
    post, reply, title = idea_of(acme, talk), uuid4(), f"Names {uuid4().hex}"
    desk.get(at(acme, talk))
    saved = desk.post(
        at(acme, talk, "replies"), {"reply": str(reply), "title": title, "text": "We leave names out."}
    )
    assert saved.status_code == 302
    assert title in html(desk.get(at(acme, talk, post, "hide")))
    assert ">We leave names out.</textarea>" in html(
        desk.get(f"{at(acme, talk, post, 'hide')}?reply={reply}")
    )
    again = desk.post(
        at(acme, talk, "replies"), {"reply": str(uuid4()), "title": title, "text": "Another text"}
    )
    assert (again.status_code, "Another text" in html(again)) == (409, True)
    desk.post(at(acme, talk, "replies"), {"reply": str(reply), "what": "delete"})
    assert title not in html(desk.get(at(acme, talk, "replies")))

    assert desk.post(at(acme, talk, "handover"), {"form": str(uuid4()), "text": " "}).status_code == 422
    desk.post(at(acme, talk, "handover"), {"form": str(uuid4()), "text": "The parking question is heated."})
    log = html(desk.get(at(acme, talk, "handover")))
    assert "The parking question is heated." in log
    assert sam.name in log
    assert "today" in log
