"""The facilitators' pages of the console: posts, announcements, stages, paper."""

import io
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from conversations.models import (
    Announcement,
    Comment,
    Conversation,
    Idea,
    PaperBatch,
    PaperEntry,
    PaperForm,
    Source,
    Stream,
)
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.conversations.test_pages import queries
from tests.making import make_conversation, make_idea, make_people
from tests.staffing import desk_of, make_staff

PAGES = ("posts/", "announcements/", "stages/", "paper/")


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation(questions=("What should change?", "What should stay?"))


@pytest.fixture
def at_desk(acme: Organisation) -> Client:
    return desk_of(make_staff(Role.FACILITATOR, organisation=acme))


def place(organisation: Organisation, talk: Conversation) -> str:
    return f"/organisations/{organisation.pk}/projects/{talk.pk}/"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_there_for_facilitators_of_the_organisation_alone(
    acme: Organisation, beta: Organisation, talk: Conversation, at_desk: Client, path: str
) -> None:
    """R65: other roles are refused; another organisation's project does not exist."""
    assert at_desk.get(place(acme, talk) + path).status_code == 200
    analyst = desk_of(make_staff(Role.ANALYST, organisation=acme))
    assert analyst.get(place(acme, talk) + path).status_code == 403
    theirs = desk_of(make_staff(Role.FACILITATOR, organisation=beta))
    assert theirs.get(place(acme, talk) + path).status_code == 404
    assert theirs.get(place(beta, talk) + path).status_code == 404
    assert Client(headers={"host": "console.localhost"}).get(place(acme, talk) + path).status_code == 302


def _streams(acme: Organisation, talk: Conversation) -> list[UUID]:
    with tenant_context(acme.tenant):
        return list(
            Stream.objects.filter(conversation=talk).order_by("position").values_list("pk", flat=True)
        )


# Posts ----------------------------------------------------------------------------------


def test_a_prompt_is_posted_pinned_and_seen(
    acme: Organisation, talk: Conversation, at_desk: Client, browser: Client
) -> None:
    """R31."""
    stream = _streams(acme, talk)[0]
    answer = at_desk.post(
        f"{place(acme, talk)}posts/",
        {"stream": stream, "text": "What helps?", "area": "everybody", "pinned": "1", "form": uuid4()},
    )

    assert answer.status_code == 302
    assert "What helps?" in at_desk.get(answer["Location"]).content.decode()
    page = browser.get(f"/{talk.slug}/stream/{stream}/").content.decode()
    assert "From the facilitators" in page
    assert "Pinned" in page


def test_a_text_that_names_somebody_is_shown_once_more(
    acme: Organisation, talk: Conversation, at_desk: Client
) -> None:
    """R11: and posted as it is when it was seen."""
    typed = {
        "stream": _streams(acme, talk)[0],
        "text": "Ask Dr Winter.",
        "area": "everybody",
        "form": uuid4(),
    }

    first = at_desk.post(f"{place(acme, talk)}posts/", typed)
    second = at_desk.post(f"{place(acme, talk)}posts/", {**typed, "seen": "text:person"})

    assert first.status_code == 200
    assert "may name a person" in first.content.decode()
    assert "Ask Dr Winter." in first.content.decode()
    assert second.status_code == 302


def test_nothing_typed_is_lost_when_a_prompt_is_refused(
    acme: Organisation, talk: Conversation, at_desk: Client
) -> None:
    page = at_desk.post(
        f"{place(acme, talk)}posts/", {"stream": uuid4(), "text": "Kept", "area": "everybody"}
    )

    assert page.status_code == 409
    assert "Kept" in page.content.decode()
    assert "takes no posts" in page.content.decode()


def test_posts_are_changed_pinned_and_withdrawn(
    acme: Organisation, talk: Conversation, at_desk: Client
) -> None:
    typed = {"stream": _streams(acme, talk)[0], "text": "One", "area": "everybody", "form": uuid4()}
    at_desk.post(f"{place(acme, talk)}posts/", typed)
    with tenant_context(acme.tenant):
        idea = Idea.objects.get(stream__conversation=talk)
    path = f"{place(acme, talk)}posts/idea/{idea.pk}/"

    assert "One" in at_desk.get(path).content.decode()
    assert at_desk.post(path, {"text": "Two"}).status_code == 302
    assert at_desk.post(f"{path}change/", {"act": "pin"}).status_code == 302
    with tenant_context(acme.tenant):
        assert (
            Idea.objects.get().text if Idea.objects.count() == 1 else Idea.objects.get(pk=idea.pk).text
        ) == "Two"
        assert Idea.objects.get(pk=idea.pk).is_pinned
    assert at_desk.post(f"{path}change/", {"act": "withdraw"}).status_code == 302
    assert at_desk.get(path).status_code == 404
    assert at_desk.post(f"{path}change/", {"act": "burn"}).status_code == 404


def test_an_idea_is_answered(acme: Organisation, talk: Conversation, at_desk: Client) -> None:
    """R31: the page shows the idea and nothing of its author."""
    with tenant_context(acme.tenant):
        (alice,) = make_people(talk)
        idea = make_idea(talk, alice, "Longer breaks")
    path = f"{place(acme, talk)}posts/answer/{idea}/"

    page = at_desk.get(path).content.decode()
    answer = at_desk.post(path, {"text": "We asked the board.", "form": uuid4()})

    assert "Longer breaks" in page
    assert str(alice.person) not in page
    assert answer.status_code == 302
    with tenant_context(acme.tenant):
        assert Comment.objects.get(idea=idea).source == Source.FACILITATOR
    assert at_desk.get(f"{place(acme, talk)}posts/answer/{uuid4()}/").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_lists_take_as_many_queries_at_any_size(
    acme: Organisation, talk: Conversation, at_desk: Client, path: str
) -> None:
    at_desk.get(place(acme, talk) + path)
    for number in range(5):
        typed = {
            "stream": _streams(acme, talk)[0],
            "text": f"P{number}",
            "area": "everybody",
            "form": uuid4(),
        }
        at_desk.post(f"{place(acme, talk)}posts/", typed)
        at_desk.post(f"{place(acme, talk)}announcements/", {"text": f"A{number}", "form": uuid4()})
        at_desk.post(f"{place(acme, talk)}paper/", {"name": f"B{number}", "area": "everybody", "forms": "3"})

    with queries(16):
        assert at_desk.get(place(acme, talk) + path).status_code == 200


# Announcements and stages ---------------------------------------------------------------


def test_an_announcement_goes_up_changes_and_comes_down(
    acme: Organisation, talk: Conversation, at_desk: Client
) -> None:
    """R31: times are the conversation's own."""
    path = f"{place(acme, talk)}announcements/"
    at_desk.post(path, {"text": "We listen", "shown_from": "2026-07-01T09:00", "form": uuid4()})
    with tenant_context(acme.tenant):
        made = Announcement.objects.get(conversation=talk)
    assert made.shown_from.astimezone(talk.zone).hour == 9

    assert "2026-07-01T09:00" in at_desk.get(f"{path}{made.pk}/").content.decode()
    at_desk.post(f"{path}{made.pk}/", {"text": "We listened", "shown_from": "2026-07-01T09:00"})
    assert "We listened" in at_desk.get(path).content.decode()
    at_desk.post(f"{path}{made.pk}/", {"act": "take-down"})
    assert at_desk.get(f"{path}{made.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": ""}, "Write something first"),
        ({"text": "x", "shown_from": "soon"}, "Write the day and the time"),
        (
            {"text": "x", "shown_from": "2026-07-02T09:00", "shown_until": "2026-07-01T09:00"},
            "ends after it begins",
        ),
        ({"text": "x", "send": "1", "subject": ""}, "A mail needs a subject"),
    ],
)
def test_what_is_wrong_with_an_announcement_is_said_on_its_page(
    acme: Organisation, talk: Conversation, at_desk: Client, typed: dict[str, str], sentence: str
) -> None:
    page = at_desk.post(f"{place(acme, talk)}announcements/", {**typed, "form": uuid4()})

    assert page.status_code == 422
    assert sentence in page.content.decode()


def test_a_stage_is_set_before_the_opening(acme: Organisation, at_desk: Client) -> None:
    """R31."""
    opens = timezone.now() + timedelta(days=2)
    with tenant_context(acme.tenant):
        talk = make_conversation(opens_at=opens)
    stream = _streams(acme, talk)[0]
    path = f"{place(acme, talk)}stages/{stream}/"

    later = (opens + timedelta(days=1)).astimezone(talk.zone).strftime("%Y-%m-%dT%H:%M")
    assert at_desk.post(path, {"opens_at": later}).status_code == 302
    assert later in at_desk.get(f"{place(acme, talk)}stages/").content.decode()
    refused = at_desk.post(path, {"opens_at": "2020-01-01T09:00"})
    assert (refused.status_code, "2020-01-01T09:00" in refused.content.decode()) == (422, True)


# Paper ----------------------------------------------------------------------------------


@pytest.fixture
def pile(acme: Organisation, talk: Conversation, at_desk: Client) -> str:
    """The address of a pile of two forms that is being keyed."""
    answer = at_desk.post(f"{place(acme, talk)}paper/", {"name": "Box 3", "area": "everybody", "forms": "2"})
    return str(answer["Location"]).removesuffix("keying/")


def test_forms_are_keyed_one_after_the_other(
    acme: Organisation, talk: Conversation, at_desk: Client, pile: str
) -> None:
    """R30."""
    first, second = _streams(acme, talk)
    page = at_desk.get(f"{pile}keying/").content.decode()
    form = re.search(r'name="form" value="([0-9a-f-]+)"', page)
    assert form
    assert page.count("autofocus") == 1

    kept = at_desk.post(
        f"{pile}keying/", {"form": form[1], f"stream-{first}": "One\n\nTwo", f"stream-{second}": ""}
    )

    assert kept["Location"].endswith("keying/?kept=1")
    following = at_desk.get(kept["Location"]).content.decode()
    assert "Key form 2" in following
    assert form[1] not in following
    with tenant_context(acme.tenant):
        assert PaperEntry.objects.filter(form_id=UUID(form[1])).count() == 2


def test_nothing_keyed_is_lost_on_a_refusal(
    acme: Organisation, talk: Conversation, at_desk: Client, pile: str
) -> None:
    first, second = _streams(acme, talk)

    page = at_desk.post(
        f"{pile}keying/", {"form": uuid4(), f"stream-{first}": "Fine", f"stream-{second}": "x" * 3001}
    )

    assert page.status_code == 422
    assert "Fine" in page.content.decode()
    assert f'href="#stream-{second}"' in page.content.decode()


def test_a_form_that_names_somebody_is_shown_once_more(
    acme: Organisation, talk: Conversation, at_desk: Client, pile: str
) -> None:
    """R11, R30."""
    stream = _streams(acme, talk)[0]
    typed = {"form": uuid4(), f"stream-{stream}": "Nurse Winter is kind."}

    first = at_desk.post(f"{pile}keying/", typed)
    second = at_desk.post(f"{pile}keying/", {**typed, "seen": f"{stream}:person"})

    assert (first.status_code, "Not kept yet" in first.content.decode()) == (200, True)
    assert second.status_code == 302
    assert "May name somebody" in at_desk.get(pile).content.decode()


def test_a_pile_goes_from_keying_to_ideas_and_back(
    acme: Organisation, talk: Conversation, at_desk: Client, pile: str
) -> None:
    """R18, R30."""
    stream = _streams(acme, talk)[0]
    at_desk.post(f"{pile}keying/", {"form": uuid4(), f"stream-{stream}": "From the night shift"})

    differs = at_desk.post(f"{pile}change/", {"act": "close", "note": ""})
    assert (differs.status_code, "1 of 2 forms are keyed" in differs.content.decode()) == (422, True)
    at_desk.post(f"{pile}change/", {"act": "close", "note": "One was blank"})
    assert "This is a small pile" in at_desk.get(pile).content.decode()
    at_desk.post(f"{pile}change/", {"act": "release"})
    with tenant_context(acme.tenant):
        assert Idea.objects.get(stream=stream).source == Source.PAPER
    at_desk.post(f"{pile}change/", {"act": "take-back"})
    assert "Loose ideas" in at_desk.get(pile).content.decode()
    at_desk.post(f"{pile}change/", {"act": "discard"})
    assert at_desk.get(pile).status_code == 404


def test_a_second_person_compares(acme: Organisation, talk: Conversation, at_desk: Client) -> None:
    """R30."""
    stream = _streams(acme, talk)[0]
    typed = {"name": "Box 4", "area": "everybody", "forms": "1", "check": "1"}
    keying = at_desk.post(f"{place(acme, talk)}paper/", typed)["Location"]
    pile = keying.removesuffix("keying/")
    at_desk.post(keying, {"form": uuid4(), f"stream-{stream}": "More ligth"})
    at_desk.post(f"{pile}change/", {"act": "close"})
    other = desk_of(make_staff(Role.FACILITATOR, organisation=acme))

    assert at_desk.get(f"{pile}checking/")["Location"] == pile
    page = other.get(f"{pile}checking/").content.decode()
    form = re.search(r'name="form" value="([0-9a-f-]+)"', page)
    assert form
    own = at_desk.post(f"{pile}checking/", {"form": form[1], f"stream-{stream}": "More light"})
    assert (own.status_code, "Somebody else has to check it" in own.content.decode()) == (403, True)
    other.post(f"{pile}checking/", {"form": form[1], f"stream-{stream}": "More light"})
    at_desk.post(f"{pile}change/", {"act": "release"})

    with tenant_context(acme.tenant):
        assert Idea.objects.get(stream=stream).text == "More light"


# Files ----------------------------------------------------------------------------------


def workbook(*rows: tuple[str, ...]) -> SimpleUploadedFile:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return SimpleUploadedFile("forms.xlsx", made.getvalue())


def table(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("forms.csv", text.encode())


def _upload_of(page: str) -> str:
    found = re.search(r'name="upload" value="([0-9a-f-]+)"', page)
    assert found, page
    return found[1]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_file_is_looked_at_and_taken_in_once(
    acme: Organisation, talk: Conversation, at_desk: Client, pile: str, kind: str
) -> None:
    """R30: headings find their questions; a line left free makes two ideas."""
    rows = (("What should change?", "Notes", "q2"), ("One\n\nTwo", "x", "Three"), ("", "", "Four"))
    file = (
        workbook(*rows)
        if kind == "xlsx"
        else table('What should change?,Notes,q2\n"One\n\nTwo",x,Three\n,,Four\n')
    )
    first, second = _streams(acme, talk)

    page = at_desk.post(f"{pile}upload/", {"file": file}).content.decode()
    assert "2 forms with 4 ideas" in page
    chosen = {"upload": _upload_of(page), "column-0": first, "column-2": second, "take": "1"}
    assert at_desk.post(f"{pile}upload/", chosen)["Location"] == pile

    again = at_desk.post(f"{pile}upload/", chosen)
    assert (again.status_code, "Upload the file again" in again.content.decode()) == (409, True)
    with tenant_context(acme.tenant):
        assert PaperForm.objects.filter(batch__conversation=talk).count() == 2
        assert PaperEntry.objects.filter(form__batch__conversation=talk).count() == 4


def test_formulas_and_long_cells_are_named_by_row_and_nothing_is_taken_in(
    acme: Organisation, talk: Conversation, at_desk: Client, pile: str
) -> None:
    """R30."""
    stream = _streams(acme, talk)[0]
    file = table(f'1\nFine\n"=HYPERLINK(""x"")"\n{"x" * 3001}\n')

    page = at_desk.post(f"{pile}upload/", {"file": file}).content.decode()
    assert "2 cells cannot be taken in" in page
    assert "Row 3" in page
    assert "This is a formula" in page
    chosen = {"upload": _upload_of(page), "column-0": stream, "take": "1"}
    refused = at_desk.post(f"{pile}upload/", chosen)

    assert refused.status_code == 422
    with tenant_context(acme.tenant):
        assert not PaperForm.objects.filter(batch__conversation=talk).exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.4", "This is not a table"),
        (b"PK\x03\x04nonsense", "damaged"),
        (b"1\n", "no rows under the headings"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(
    at_desk: Client, pile: str, content: bytes, reason: str
) -> None:
    page = at_desk.post(f"{pile}upload/", {"file": SimpleUploadedFile("x.xlsx", content)})

    assert page.status_code == 422
    assert reason in page.content.decode()


def test_without_a_chosen_column_nothing_is_taken_in(at_desk: Client, pile: str) -> None:
    page = at_desk.post(f"{pile}upload/", {"file": table("Words\nSomething\n")}).content.decode()
    assert "What would be added" not in page

    refused = at_desk.post(f"{pile}upload/", {"upload": _upload_of(page), "take": "1"})

    assert (refused.status_code, "at least one column" in refused.content.decode()) == (422, True)


def test_a_pile_of_another_project_is_not_there(acme: Organisation, at_desk: Client, pile: str) -> None:
    with tenant_context(acme.tenant):
        other = make_conversation()
        batch = PaperBatch.objects.order_by("-day").first()
    assert batch

    for path in ("", "keying/", "checking/", "upload/"):
        assert at_desk.get(f"{place(acme, other)}paper/{pile.split('/')[-2]}/{path}").status_code == 404


def test_pages_are_found_from_the_way_around(acme: Organisation, talk: Conversation, at_desk: Client) -> None:
    page = at_desk.get(f"{place(acme, talk)}paper/").content.decode()

    for path in PAGES:
        assert f'href="{place(acme, talk)}{path}"' in page
    assert 'href="/operations/"' not in page
