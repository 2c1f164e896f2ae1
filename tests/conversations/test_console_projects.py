"""Projects at the console: prepared page by page, looked at as a participant, and opened (R61)."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Area, Conversation, Dimension, Stream
from kernel.messages import letters
from kernel.tenancy import control_plane, tenant_context
from privacy.vault import runner
from tenants.models import Organisation, Role
from tenants.permissions import Staff
from tests.making import change, client_of, enrol, new_address, stream_of
from tests.preparing import make_draft, make_scheduled
from tests.staffing import desk_of, make_staff

PAGES = ("", "checklist/", "describe/", "dates/", "choices/", "questions/", "areas/", "before-access/")


@pytest.fixture
def operator() -> Staff:
    return make_staff(Role.OPERATOR)


@pytest.fixture
def desk(operator: Staff) -> Client:
    return desk_of(operator)


@pytest.fixture
def draft(acme: Organisation, operator: Staff) -> Conversation:
    with tenant_context(acme.tenant):
        return make_draft(operator, people=0)


def at(organisation: Organisation, project: Conversation, path: str = "") -> str:
    return f"/organisations/{organisation.pk}/projects/{project.pk}/{path}"


def test_a_project_is_prepared_and_opened_by_its_checklist(
    acme: Organisation, operator: Staff, desk: Client
) -> None:
    """R61: every step by the console's own forms, without a script."""
    slug = f"by-hand-{uuid4().hex[:6]}"
    made = desk.post(
        f"/organisations/{acme.pk}/projects/new/", {"name": "By hand", "slug": slug, "source": ""}
    )
    with tenant_context(acme.tenant):
        project = Conversation.objects.get(slug=slug)
    assert made["Location"] == at(acme, project, "checklist/")
    forms = {
        "describe/": {"name": "By hand", "slug": slug, "introduction": "Hello", "time_zone": "Europe/London"},
        "dates/": {"opens": "2031-03-01T09:00", "closes": "2031-04-01T17:00", "days": "30"},
        "choices/": {"told": "yes", "themes": "yes", "wellbeing": "no", "goal": "33"},
        "questions/": {"act": "add", "question": "What should change?", "context": "Anything."},
        "before-access/": {"act": "add", "question": "Which team?", "reason": "", "answers": "Red\nBlue"},
    }
    for path, form in forms.items():
        assert desk.post(at(acme, project, path), form).status_code == 302, path
    with tenant_context(acme.tenant):
        enrol(project, *(new_address() for _n in range(11)))
    assert desk.post(at(acme, project, "checklist/schedule/")).status_code == 409

    desk.post(at(acme, project, "checklist/test/"), {"act": "send"})
    runner.run_waiting()
    code = _code_for(operator)
    assert (
        desk.post(at(acme, project, "checklist/test/"), {"act": "seen", "code": "00000000"}).status_code
        == 422
    )
    assert desk.post(at(acme, project, "checklist/test/"), {"act": "seen", "code": code}).status_code == 302
    assert "Has to be put right" not in desk.get(at(acme, project, "checklist/")).content.decode()
    assert desk.post(at(acme, project, "checklist/schedule/")).status_code == 302

    site = client_of(acme).get(f"/{slug}/").content.decode()
    assert "Opens Saturday 1 March, 09:00" in site
    page = desk.get(at(acme, project)).content.decode()
    assert "Saturday 1 March 2031, 09:00 GMT" in page
    assert "Tuesday 1 April 2031, 17:00 BST" in page


def _code_for(staff: Staff) -> str:
    from accounts.models import Account

    with control_plane():
        address = Account.objects.get(pk=staff.id).email
    newest = next(letter for letter in letters(to=address) if "invited" in letter.subject)
    found = re.search(r"\b\d{8}\b", newest.text)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_a_draft_and_of_what_is_fixed(
    acme: Organisation, desk: Client, operator: Staff, draft: Conversation, path: str
) -> None:
    with tenant_context(acme.tenant):
        fixed = make_scheduled(operator)

    for project in (draft, fixed):
        assert desk.get(at(acme, project, path)).status_code == 200


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("describe/", {"name": ""}, "Give the project a name"),
        ("describe/", {"slug": "not good"}, "1 to 40 small letters"),
        ("describe/", {"time_zone": "Mars/Olympus"}, "There is no such time zone"),
        ("describe/", {"introduction": "x" * 2001}, "up to 2,000 characters"),
        ("dates/", {"opens": "soon", "closes": "later", "days": "60"}, "Choose a day and an hour"),
        (
            "dates/",
            {"opens": "2031-03-30T01:30", "closes": "2031-05-01T01:30", "days": "60"},
            "clocks go forward",
        ),
        (
            "dates/",
            {"opens": "2031-03-02T09:00", "closes": "2031-03-01T09:00", "days": "60"},
            "open before it closes",
        ),
        ("dates/", {"opens": "2031-03-01T09:00", "closes": "2031-04-01T09:00", "days": "3"}, "7 to 365 days"),
        ("questions/", {"act": "add", "question": " "}, "Write the question"),
        ("areas/", {"act": "add", "name": "!"}, "letters in it"),
        (
            "before-access/",
            {"act": "add", "question": "Which?", "answers": "One"},
            "2 to 40 different answers",
        ),
    ],
)
def test_what_is_wrong_stands_above_the_form(
    acme: Organisation, desk: Client, draft: Conversation, path: str, form: dict[str, str], said: str
) -> None:
    refused = desk.post(at(acme, draft, path), form)

    assert refused.status_code in {409, 422}
    assert said in refused.content.decode()


@pytest.mark.parametrize("path", ["questions/", "areas/", "before-access/"])
def test_lists_are_changed_by_their_buttons(
    acme: Organisation, desk: Client, draft: Conversation, path: str
) -> None:
    model: Any = {"questions/": Stream, "areas/": Area, "before-access/": Dimension}[path]
    words = {"question": "Which one?", "context": "", "reason": "", "answers": "One\nTwo", "column": "which"}
    address = at(acme, draft, path)
    desk.post(address, {**words, "act": "add", "name": "Night"})
    desk.post(address, {**words, "act": "add", "name": "Day", "question": "Another?", "column": "another"})
    with tenant_context(acme.tenant):
        last = model.objects.filter(conversation=draft).order_by("-position")[0]

    for act in ("up", "down", "change", "remove"):
        assert (
            desk.post(
                address,
                {
                    **words,
                    "act": act,
                    "which": last.pk,
                    "name": "Late",
                    "question": "Third?",
                    "column": "third",
                },
            ).status_code
            == 302
        ), act

    with tenant_context(acme.tenant):
        assert not model.objects.filter(pk=last.pk).exists()
    for form in ({"act": "explode"}, {"act": "up", "which": "x"}, {"act": "up", "which": uuid4()}):
        assert desk.post(address, form).status_code == 404


def test_choices_stand_beside_their_words(acme: Organisation, desk: Client, draft: Conversation) -> None:
    """R29: whoever chooses reads what participants will read."""
    page = desk.get(at(acme, draft, "choices/")).content.decode()

    assert f"In this conversation {acme.name} <strong>may be told that</strong>" in page
    assert f"In this conversation {acme.name} <strong>is not told</strong>" in page
    assert "<strong>if a life seems to be in danger</strong>" in page


def test_themes_and_a_goal_are_chosen_before_it_is_scheduled(
    acme: Organisation, desk: Client, draft: Conversation
) -> None:
    """R42: what the organisation sees while it runs."""
    form = {"told": "no", "themes": "yes", "wellbeing": "no"}
    for goal in ("101", "-1", "a third", "0"):
        refused = desk.post(at(acme, draft, "choices/"), {**form, "goal": goal})
        assert (refused.status_code, "from 1 to 100" in refused.content.decode()) == (422, True), goal
    assert desk.post(at(acme, draft, "choices/"), {**form, "goal": "33"}).status_code == 302

    with tenant_context(acme.tenant):
        draft.refresh_from_db()
        assert (draft.client_sees_themes, draft.goal_percent) == (True, 33)
    assert 'value="33"' in desk.get(at(acme, draft, "choices/")).content.decode()


def test_a_preview_shows_what_participants_see_without_being_one(
    acme: Organisation, desk: Client, draft: Conversation
) -> None:
    """No ticket, no person, nothing to press; and no participant can open it."""
    with tenant_context(acme.tenant):
        stream = stream_of(draft).pk

    home = desk.get(at(acme, draft, "preview/")).content.decode()
    question = desk.get(at(acme, draft, f"preview/question/{stream}/")).content.decode()
    welsh = desk.get(at(acme, draft, "preview/about/privacy/"), {"language": "cy"}).content.decode()

    for page in (home, question, welsh):
        assert "<strong>Preview.</strong>" in page
        assert "Sign out" not in page
    assert "Say what would help." in home
    assert at(acme, draft, f"preview/question/{stream}/") in home
    assert f"/organisations/{acme.pk}/theme.css" in home
    assert "open inert" in question
    assert '<html lang="cy"' in welsh
    assert client_of(acme).get(f"/{draft.slug}/").status_code == 404
    assert desk.get(at(acme, draft, f"preview/question/{uuid4()}/")).status_code == 404
    assert desk.get(at(acme, draft, "preview/about/nothing/")).status_code == 404
    assert desk.get(f"/organisations/{acme.pk}/theme.css")["Content-Type"].startswith("text/css")


def test_an_open_project_is_closed_and_completed_at_the_console(
    acme: Organisation, desk: Client, talk: Conversation
) -> None:
    address = at(acme, talk, "change/")
    assert "Change when it closes" in desk.get(at(acme, talk)).content.decode()

    for form, status in (
        ({"act": "extend", "reason": "A holiday", "closes": "soon"}, 422),
        ({"act": "extend", "reason": "A holiday", "closes": "2031-03-01T09:00"}, 302),
        ({"act": "close", "reason": ""}, 422),
        ({"act": "close", "reason": "All is said"}, 302),
        ({"act": "complete", "typed": "x"}, 422),
        ({"act": "complete", "typed": talk.slug}, 302),
        ({"act": "back"}, 409),
        ({"act": "explode"}, 404),
    ):
        assert desk.post(address, form).status_code == status, form

    assert "Complete since" in desk.get(at(acme, talk)).content.decode()
    overview = desk.get(f"/organisations/{acme.pk}/").content.decode()
    assert "Complete" in overview


def test_texts_are_drafted_published_and_reset(acme: Organisation, desk: Client, draft: Conversation) -> None:
    """R13."""
    address = f"/organisations/{acme.pk}/pages/rules/cy/"
    assert "Shipped" in desk.get(f"/organisations/{acme.pk}/pages/").content.decode()

    desk.post(address, {"act": "draft", "page": "# Ein rheolau\n\n{closes}"})
    page = desk.get(at(acme, draft, "preview/about/rules/"), {"language": "cy"}).content.decode()
    assert "Ein rheolau" in page
    refused = desk.post(address, {"act": "draft", "page": "Hello {nobody}"})
    assert (refused.status_code, "Hello {nobody}" in refused.content.decode()) == (422, True)
    for act in ("drop", "publish", "reset"):
        assert desk.post(address, {"act": act, "page": "Newydd"}).status_code == 302, act

    assert desk.post(address, {"act": "explode"}).status_code == 404
    for path in ("pages/rules/xx/", "pages/nothing/en/"):
        assert desk.get(f"/organisations/{acme.pk}/{path}").status_code == 404


def test_a_copy_is_made_from_the_form(acme: Organisation, desk: Client, draft: Conversation) -> None:
    slug = f"copy-{uuid4().hex[:6]}"
    form = {"name": "The copy", "slug": slug, "source": str(draft.pk)}

    assert desk.post(f"/organisations/{acme.pk}/projects/new/", form).status_code == 302

    with tenant_context(acme.tenant):
        assert Stream.objects.filter(conversation__slug=slug).count() == 1
    taken = desk.post(f"/organisations/{acme.pk}/projects/new/", form)
    assert taken.status_code == 409
    for source in ("x", str(uuid4())):
        refused = desk.post(f"/organisations/{acme.pk}/projects/new/", {**form, "source": source})
        assert refused.status_code == 404


def test_facilitators_write_words_and_questions(acme: Organisation, draft: Conversation) -> None:
    facilitator = desk_of(make_staff(Role.FACILITATOR, organisation=acme))

    for path in ("", "checklist/", "describe/", "questions/", "preview/"):
        assert facilitator.get(at(acme, draft, path)).status_code == 200, path
    for path in ("dates/", "choices/", "areas/", "before-access/"):
        assert facilitator.get(at(acme, draft, path)).status_code == 403, path
    for path in ("checklist/schedule/", "change/"):
        assert facilitator.post(at(acme, draft, path)).status_code == 403, path
    added = facilitator.post(at(acme, draft, "questions/"), {"act": "add", "question": "Mine?"})
    assert added.status_code == 302


@pytest.mark.parametrize("role", [Role.ANALYST, Role.SUPPORT, Role.PRIVACY_OFFICER])
def test_others_see_where_a_project_stands(acme: Organisation, draft: Conversation, role: Role) -> None:
    desk = desk_of(make_staff(role, organisation=acme))

    assert desk.get(at(acme, draft)).status_code == 200
    for path in PAGES[1:]:
        assert desk.get(at(acme, draft, path)).status_code == 403, path


def test_pages_take_few_queries_however_much_there_is(
    acme: Organisation, desk: Client, draft: Conversation
) -> None:
    address = at(acme, draft, "before-access/")
    for n in range(6):
        form = {
            "act": "add",
            "question": f"Question {n}?",
            "answers": "\n".join(f"Answer {n} {m}" for m in range(9)),
        }
        assert desk.post(address, form).status_code == 302

    with CaptureQueriesContext(connections["default"]) as seen:
        desk.get(address)

    assert len(seen) <= 10, [query["sql"][:100] for query in seen]


def test_a_project_that_is_over_counts_its_days(acme: Organisation, desk: Client, talk: Conversation) -> None:
    with tenant_context(acme.tenant):
        change(talk, closes_at=timezone.now())

    assert "Complete by itself" in desk.get(at(acme, talk)).content.decode()
