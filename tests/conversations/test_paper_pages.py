"""Paper at the console: keying one form after the other, comparing, releasing, and files of keyed forms."""

import io
import re
from uuid import UUID, uuid4

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from conversations.models import Conversation, Idea, PaperBatch, PaperEntry, PaperForm, Source, Stream
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.making import make_conversation
from tests.staffing import desk_of, make_staff, place_of


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation(questions=("What should change?", "What should stay?"))


def _streams(acme: Organisation, talk: Conversation) -> list[UUID]:
    with tenant_context(acme.tenant):
        return list(
            Stream.objects.filter(conversation=talk).order_by("position").values_list("pk", flat=True)
        )


@pytest.fixture
def pile(acme: Organisation, talk: Conversation, at_desk: Client) -> str:
    """The address of a pile of two forms that is being keyed."""
    answer = at_desk.post(
        f"{place_of(acme, talk)}paper/", {"name": "Box 3", "area": "everybody", "forms": "2"}
    )
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
    keying = at_desk.post(f"{place_of(acme, talk)}paper/", typed)["Location"]
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


def test_a_pile_of_another_project_is_not_there(acme: Organisation, at_desk: Client, pile: str) -> None:
    with tenant_context(acme.tenant):
        other = make_conversation()
        batch = PaperBatch.objects.order_by("-day").first()
    assert batch

    for path in ("", "keying/", "checking/", "upload/"):
        assert at_desk.get(f"{place_of(acme, other)}paper/{pile.split('/')[-2]}/{path}").status_code == 404


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
