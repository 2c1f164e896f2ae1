"""The paper form: for everybody, accessible, and deaf to whatever its questions hold."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from conversations.models import Conversation
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.conversations.test_pages import queries
from tests.making import change, client_of, make_conversation

TYPST = '# = Heading? $x^2$ *bold* _it_ @ref <label> `raw` "quoted" \\ #import "x.typ" // c [a] {b} ŵ'


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation(questions=("What should change?", "And what should stay?"))


def _form(organisation: Organisation, conversation: Conversation) -> PdfReader:
    response = client_of(organisation).get(f"/{conversation.slug}/paper-form.pdf")
    assert response.status_code == 200
    return _read(response.content)


def _read(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def _words(form: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in form.pages).split())


def test_everybody_can_print_the_questions(acme: Organisation, talk: Conversation) -> None:
    """R18: signed in or not; it asks for no name, and says what becomes of it."""
    response = client_of(acme).get(f"/{talk.slug}/paper-form.pdf")
    words = _words(_read(response.content))

    assert response["Content-Type"] == "application/pdf"
    assert f"{talk.slug}-paper-form.pdf" in response["Content-Disposition"]
    for phrase in (
        *("1. What should change?", "2. And what should stay?", "A better place to work"),
        *("Please do not write your name", "From a paper form", "Nothing leads back to you"),
        *("Where to hand it in", "The acme organisation"),
    ):
        assert phrase in words, phrase
    assert f"acme.localhost/{talk.slug}/" in words.replace(" ", "")


def test_it_is_linked_from_the_welcome_and_the_questions(acme: Organisation, talk: Conversation) -> None:
    """R18."""
    for path in (f"/{talk.slug}/", f"/{talk.slug}/about/questions/", f"/{talk.slug}/about/accessibility/"):
        assert f'href="/{talk.slug}/paper-form.pdf"' in client_of(acme).get(path).content.decode(), path


def test_it_is_a_tagged_pdf_with_title_and_language(acme: Organisation, talk: Conversation) -> None:
    """R16, R18: PDF/UA-1, which Typst refuses to write when something is missing."""
    form = _form(acme, talk)
    root: Any = form.root_object

    assert form.metadata is not None
    assert form.metadata.title == "A better place to work: paper form"
    assert root["/Lang"] in {"en", "en-GB"}
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert _tags(root["/StructTreeRoot"]) >= {"/H1", "/H2", "/P", "/L", "/LI"}


def _tags(node: Any) -> set[str]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return set().union(*(_tags(kid) for kid in node))
    if not hasattr(node, "get"):
        return set()
    found = {str(node["/S"])} if "/S" in node else set()
    return found | (_tags(node["/K"]) if "/K" in node else set())


def test_questions_are_shown_and_never_read_as_typst(acme: Organisation) -> None:
    """R18: whatever somebody typed into a question or a name."""
    with tenant_context(acme.tenant):
        talk = make_conversation(questions=(TYPST, "]", '"#panic("x")'))
        change(talk, name="#read(“/etc/passwd”)")

    words = _words(_form(acme, talk))

    assert TYPST in words
    assert '"#panic("x")' in words
    assert "#read(“/etc/passwd”)" in words


@pytest.mark.parametrize("question", ["What now? 😀", "你怎么看", "ما رأيك؟"])
def test_a_character_that_no_font_has_stops_nobody(acme: Organisation, question: str) -> None:
    """R18."""
    with tenant_context(acme.tenant):
        talk = make_conversation(questions=(question,))

    assert len(_form(acme, talk).pages) >= 2


def test_areas_are_asked_only_where_there_are_several(acme: Organisation, talk: Conversation) -> None:
    """R06, R18: what is typed in has to appear in one of them."""
    with tenant_context(acme.tenant):
        several = make_conversation(areas=("staff", "students"))

    assert "Which of these do you belong to? Tick one. Staff Students" in _words(_form(acme, several))
    assert "Tick one" not in _words(_form(acme, talk))


def test_a_form_takes_two_queries_and_is_kept(acme: Organisation, talk: Conversation) -> None:
    """R18: the process knows the site, its colours and the conversation."""
    first = client_of(acme).get(f"/{talk.slug}/paper-form.pdf")

    with queries(2):
        again = client_of(acme).get(f"/{talk.slug}/paper-form.pdf")

    assert again.content == first.content


def test_a_changed_question_shows_at_once(acme: Organisation, talk: Conversation) -> None:
    _form(acme, talk)
    with tenant_context(acme.tenant):
        talk.streams.filter(position=0).update(question="What should change first?")

    assert "What should change first?" in _words(_form(acme, talk))


def test_each_organisation_has_its_own_form(
    acme: Organisation, beta: Organisation, talk: Conversation
) -> None:
    """R70: the same slug and questions, and nothing of the other organisation; elsewhere there is no form."""
    assert client_of(beta).get(f"/{talk.slug}/paper-form.pdf").status_code == 404
    with tenant_context(beta.tenant):
        theirs = make_conversation(slug=talk.slug, questions=("Theirs alone?",))

    words = _words(_form(beta, theirs))

    assert "Theirs alone?" in words
    assert "The beta organisation" in words
    assert "acme" not in words


def test_a_draft_has_no_form(acme: Organisation, talk: Conversation) -> None:
    with tenant_context(acme.tenant):
        change(talk, opens_at=None, closes_at=None)

    assert client_of(acme).get(f"/{talk.slug}/paper-form.pdf").status_code == 404
