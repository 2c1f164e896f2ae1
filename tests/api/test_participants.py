"""Taking part by a program: the same as by pages (R71)."""

from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from conversations.models import Comment, Conversation, Idea, State
from conversations.services import surveys
from conversations.services.surveys import SurveyQuestion
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.api.programs import Program, participant, site_of
from tests.making import change, make_conversation, make_idea, make_people, stream_of


def _stream(acme: Organisation, talk: Conversation) -> str:
    with tenant_context(acme.tenant):
        return str(stream_of(talk).pk)


def _post(ash: Program, stream: str, text: str = "More daylight.") -> str:
    posted = ash.post(f"streams/{stream}/ideas/", {"text": text})
    assert posted.status_code == 201, posted.content
    return str(posted.json()["id"])


def test_conversations_are_there_for_everybody(acme: Organisation, talk: Conversation) -> None:
    """R71: what the front page shows; drafts are not among it."""
    with tenant_context(acme.tenant):
        draft = make_conversation()
        change(draft, opens_at=None, closes_at=None)

    found = site_of(acme).get("conversations/").json()["items"]

    assert talk.slug in {one["slug"] for one in found}
    assert draft.slug not in {one["slug"] for one in found}
    assert site_of(acme).get(f"conversations/{draft.slug}/").status_code == 404


def test_an_idea_goes_all_the_way(acme: Organisation, talk: Conversation, ash: Program) -> None:
    """R71, R08, R09: posted, read, voted on, commented, changed, found again, taken back."""
    stream = _stream(acme, talk)
    idea = _post(ash, stream)

    voted = ash.put(f"ideas/{idea}/vote/", {"vote": "like"})
    assert voted.json() == {"likes": 1, "dislikes": 0, "own_vote": "like"}
    (shown,) = ash.get(f"streams/{stream}/ideas/").json()["items"]
    assert (shown["id"], shown["text"], shown["is_own"], shown["own_vote"]) == (
        idea,
        "More daylight.",
        True,
        "like",
    )
    assert ash.put(f"ideas/{idea}/vote/", {"vote": "none"}).json()["likes"] == 0
    named = {"kind": "idea", "id": idea}
    assert ash.post("mine/change/", {**named, "text": "Even more daylight."}).status_code == 204
    assert ash.get("search/?q=daylight").json()["items"][0]["text"] == "Even more daylight."
    assert ash.post(f"ideas/{idea}/comments/", {"text": "And plants."}).status_code == 201
    (comment,) = ash.get(f"ideas/{idea}/comments/").json()["items"]
    assert (comment["text"], comment["is_own"]) == ("And plants.", True)
    assert {one["kind"] for one in ash.get("mine/").json()["items"]} == {"idea", "comment"}
    assert ash.post("mine/delete/", named).status_code == 204
    assert ash.get(f"ideas/{idea}/").status_code == 404


def test_the_same_key_twice_is_one_post(acme: Organisation, talk: Conversation, ash: Program) -> None:
    stream, key = _stream(acme, talk), uuid4().hex
    headers = {"idempotency-key": key}

    first, second = (ash.post(f"streams/{stream}/ideas/", {"text": "Once."}, **headers) for _time in range(2))
    other = ash.post(f"streams/{stream}/ideas/", {"text": "Once."})

    assert first.json() == second.json()
    assert other.json() != first.json()
    with tenant_context(acme.tenant):
        assert Idea.objects.filter(stream_id=stream).count() == 2


def test_one_key_for_several_posts_ties_nothing_together(
    acme: Organisation, talk: Conversation, ash: Program
) -> None:
    """R09, P1: an idea and a comment of one author never have anything in common, whatever their program does."""
    key = {"idempotency-key": "1"}
    idea = ash.post(f"streams/{_stream(acme, talk)}/ideas/", {"text": "One."}, **key).json()["id"]
    comments = {
        ash.post(f"ideas/{idea}/comments/", {"text": "Two."}, **key).json()["id"] for _time in range(2)
    }

    assert len(comments) == 1
    assert idea not in comments


def test_somebody_elses_is_nobodys(acme: Organisation, talk: Conversation, ash: Program) -> None:
    """R09: what is not one's own is not there."""
    idea = _post(ash, _stream(acme, talk))
    ben = participant(acme, talk)

    for path in ("mine/change/", "mine/delete/"):
        body = {"kind": "idea", "id": idea, **({"text": "Mine now."} if "change" in path else {})}
        assert ben.code(ben.post(path, body)) == "not_found"
    assert ben.get(f"ideas/{idea}/").json()["is_own"] is False
    assert ben.get("mine/").json() == {"items": []}
    assert (
        ben.code(ben.post("messages/answer/", {"kind": "idea", "id": idea, "text": "It was me."}))
        == "no_thread"
    )


def test_a_token_to_read_writes_nothing(acme: Organisation, talk: Conversation) -> None:
    reader = participant(acme, talk, scopes=("read",))
    stream = _stream(acme, talk)

    assert reader.get(f"streams/{stream}/ideas/").status_code == 200
    assert reader.code(reader.post(f"streams/{stream}/ideas/", {"text": "No."})) == "scope_missing"
    assert reader.get("token/").json()["may_write"] is False


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "input_not_readable"),
        ({"text": 5}, "input_not_readable"),
        ({"text": "Hm.", "author": "me"}, "input_not_readable"),
        ({"text": "zero\0"}, "input_not_readable"),
        ({"text": "   "}, "text_missing"),
        ({"text": "\u200b"}, "text_missing"),
        ({"text": "a" * 3001}, "text_too_long"),
        (["text"], "input_not_readable"),
    ],
)
def test_what_does_not_fit_is_refused(
    acme: Organisation, talk: Conversation, ash: Program, body: object, code: str
) -> None:
    response = ash.post(f"streams/{_stream(acme, talk)}/ideas/", body)

    assert (ash.code(response), response.status_code) == (code, 422)
    with tenant_context(acme.tenant):
        assert not Idea.objects.filter(stream__conversation=talk).exists()


def test_bodies_are_json_of_a_size(ash: Program) -> None:
    assert ash.code(ash.post("mine/delete/", {"kind": "a" * 300_000})) == "input_too_large"
    deep = ash.send("POST", "mine/delete/", None)
    assert ash.code(deep) == "input_not_readable"
    sent = ash.post("mine/delete/", {}, content_type="text/plain")
    assert sent.status_code in {415, 422}


def test_without_a_good_token_nothing_opens(acme: Organisation, talk: Conversation, ash: Program) -> None:
    with tenant_context(acme.tenant):
        other = make_conversation()
    for program in (
        Program(ash.host, "", ash.at),
        Program(ash.host, "made-up", ash.at),
        Program(ash.host, ash.token[:-2] + "AA", ash.at),
        Program(ash.host, ash.token, f"conversations/{other.slug}/"),
        Program(ash.host, "ünïcode", ash.at),
    ):
        for path in ("streams/", "mine/", "messages/", "token/", "survey/"):
            response = program.get(path)
            assert program.code(response) == "token_refused"
            assert response["WWW-Authenticate"] == "Bearer"


def test_a_cookie_counts_for_nothing_here(acme: Organisation, talk: Conversation) -> None:
    """No other site can make a browser act: cookies are never looked at."""
    from tests.making import signed_in_client

    browser = signed_in_client(acme, talk)

    assert browser.get(f"/api/v1/conversations/{talk.slug}/mine/").status_code == 401


def test_going_out_ends_the_token(ash: Program) -> None:
    assert ash.delete("token/").status_code == 204
    assert ash.get("token/").status_code == 401


def test_the_survey_comes_first_and_brings_a_new_token(
    acme: Organisation, talk: Conversation, ash: Program
) -> None:
    """R06: whatever is answered is in the vault alone."""
    asked = SurveyQuestion("grade", "Which grade?", "To see who is heard.", [("one", "One"), ("two", "Two")])
    with tenant_context(acme.tenant):
        surveys.define_survey(conversation=talk.pk, questions=[asked])

    assert ash.code(ash.get("streams/")) == "survey_first"
    assert ash.get("survey/").json()["questions"][0]["code"] == "grade"
    given = ash.post("survey/", {"answers": {"grade": "two"}}).json()

    assert given["must_answer"] is False
    assert ash.get("token/").status_code == 401
    assert Program(ash.host, given["token"], ash.at).get("streams/").status_code == 200


def test_a_closed_conversation_is_read_and_a_complete_one_is_not(
    talk: Conversation, acme: Organisation, ash: Program
) -> None:
    """R13."""
    from datetime import timedelta

    from django.utils import timezone

    stream = _stream(acme, talk)
    with tenant_context(acme.tenant):
        change(talk, closes_at=timezone.now() - timedelta(minutes=1))
    assert ash.code(ash.post(f"streams/{stream}/ideas/", {"text": "Late."})) == "conversation_closed"
    assert ash.get(f"streams/{stream}/ideas/").status_code == 200

    with tenant_context(acme.tenant):
        change(talk, completed_at=timezone.now())
    assert ash.code(ash.get(f"streams/{stream}/ideas/")) == "conversation_complete"


def test_pages_follow_each_other_by_key(acme: Organisation, talk: Conversation, ash: Program) -> None:
    """Every idea once, in the order of pages; a page is two queries however long it is."""
    with tenant_context(acme.tenant):
        (ben,) = make_people(talk)
        made = {str(make_idea(talk, ben, f"Idea {n}")) for n in range(45)}
    stream = _stream(acme, talk)
    ash.get(f"streams/{stream}/ideas/")

    seen, after = [], ""
    while after is not None:
        with CaptureQueriesContext(connections["default"]) as asked:
            page = ash.get(f"streams/{stream}/ideas/?sort=newest{f'&after={after}' if after else ''}").json()
        seen += [idea["id"] for idea in page["items"]]
        after = page["after"]
        assert len([one for one in asked.captured_queries if "conversations_" in one["sql"]]) <= 4

    assert len(seen) == 45
    assert set(seen) == made
    assert ash.code(ash.get(f"streams/{stream}/ideas/?after=nonsense")) == "not_found"
    assert ash.code(ash.get(f"streams/{stream}/ideas/?sort=oldest")) == "input_not_readable"


def test_reports_reach_the_facilitators_once(acme: Organisation, talk: Conversation, ash: Program) -> None:
    idea = _post(ash, _stream(acme, talk))
    comment = ash.post(f"ideas/{idea}/comments/", {"text": "Hm."}).json()["id"]

    for path in (f"ideas/{idea}/report/", f"comments/{comment}/report/"):
        for _time in range(2):
            assert ash.post(path, {"reason": "person", "words": "Names me."}).status_code == 204
        assert ash.post(path, {"reason": "boring"}).status_code == 422
    gone = ash.post(f"ideas/{uuid4()}/report/", {"reason": "person"})
    assert ash.code(gone) == "nothing_to_report"
    with tenant_context(acme.tenant):
        assert Idea.objects.get(pk=idea).reports.count() == 1
        assert Comment.objects.get(pk=comment).reports.count() == 1


def test_what_facilitators_say_is_read_and_answered(
    acme: Organisation, talk: Conversation, ash: Program
) -> None:
    """R25, R26: in the thread of one's own contribution."""
    from django.utils import timezone

    from conversations.models import MessageKind
    from conversations.services import threads
    from privacy.anonymity import Kind

    idea = _post(ash, _stream(acme, talk))
    with tenant_context(acme.tenant):
        threads.write_to_author(
            conversation=talk,
            kind=Kind.IDEA,
            contribution=Idea.objects.get(pk=idea).pk,
            message=MessageKind.QUESTION,
            text="Where?",
            at=timezone.now(),
        )
    named = {"kind": "idea", "id": idea}

    assert ash.get("messages/").json()["items"][0]["messages"][0]["text"] == "Where?"
    for _time in range(2):
        assert (
            ash.post(
                "messages/answer/", {**named, "text": "Upstairs."}, **{"idempotency-key": "one"}
            ).status_code
            == 204
        )
    assert ash.post("messages/come-forward/", {**named, "name": "Ash Demo"}).status_code == 204
    assert ash.code(ash.post("messages/come-forward/", {**named, "name": "Ash"})) == "already_forward"
    (thread,) = ash.get("messages/").json()["items"]
    assert [one["kind"] for one in thread["messages"]] == ["question", "answer", "forward"]
    assert "Ash Demo" not in str(thread)


def test_restricting_somebody_ends_their_tokens(acme: Organisation, talk: Conversation, ash: Program) -> None:
    """R27: like their sessions."""
    from privacy.vault.interface import vault

    idea = _post(ash, _stream(acme, talk))
    with tenant_context(acme.tenant):
        route = bytes(Idea.objects.get(pk=idea).route or b"")
        vault().restrict(conversation=talk.pk, route=route, contribution=Idea.objects.get(pk=idea).pk)

    assert ash.code(ash.get("token/")) == "token_refused"


def test_tokens_leave_no_trace_in_a_database_and_none_in_the_clear(acme: Organisation, ash: Program) -> None:
    """R09: what lies in Valkey opens with the token alone, and is found by nobody without it."""
    from kernel.valkey import web_client

    client = web_client()
    for key in client.scan_iter("web:*session:api*"):
        assert ash.token.encode() not in bytes(key)
        value = client.get(key)
        assert isinstance(value, bytes)
        assert ash.token.encode() not in value


def test_answers_are_kept_by_nobody(acme: Organisation, talk: Conversation, ash: Program) -> None:
    stream = _stream(acme, talk)
    _post(ash, stream)

    response = ash.get(f"streams/{stream}/ideas/")

    assert response["Cache-Control"] == "no-store"
    assert "Authorization" in response["Vary"]
    assert "ETag" not in response
    assert "Access-Control-Allow-Origin" not in response
    assert not response.cookies


def test_an_idea_that_is_hidden_is_gone(acme: Organisation, talk: Conversation, ash: Program) -> None:
    idea = _post(ash, _stream(acme, talk))
    with tenant_context(acme.tenant):
        Idea.objects.filter(pk=idea).update(state=State.HIDDEN)

    assert ash.code(ash.get(f"ideas/{idea}/")) == "not_found"
    assert ash.code(ash.post(f"ideas/{idea}/comments/", {"text": "Hm."})) == "not_here"
    assert ash.code(ash.put(f"ideas/{idea}/vote/", {"vote": "like"})) == "cannot_vote_here"
