"""The support queue in the vault: what waits, opened, answered, closed. In both forms."""

from uuid import UUID, uuid4

import pytest

from conversations.models import Conversation
from kernel.messages import letters
from kernel.tenancy import tenant_context
from kernel.zones import inside_vault
from privacy.vault import refusals, runner
from privacy.vault.interface import vault
from privacy.vault.models import SupportMessage
from tenants.models import Organisation
from tests.conftest import both_forms
from tests.making import new_address

pytestmark = both_forms


def _call(talk: Conversation, contact: str) -> UUID:
    vault().support(conversation=talk.pk, text="No code arrives.", contact=contact)
    (case,) = [case for case in vault().support_cases() if case.conversation == talk.pk]
    return case.id


def test_a_call_is_listed_opened_answered_and_closed(talk: Conversation) -> None:
    """R66: what it says is read on its own page, and gone when it is settled."""
    contact = new_address()
    case = _call(talk, contact)

    opened = vault().open_support(case=case)
    vault().answer_support(case=case, subject="Your sign-in", text="Look in the junk folder.")
    runner.run_waiting()
    (waiting,) = [found for found in vault().support_cases() if found.id == case]
    vault().close_support(case=case)

    assert (opened.text, opened.contact, opened.can_answer) == ("No code arrives.", contact, True)
    assert waiting.is_answered
    (answer,) = letters(to=contact)
    assert (answer.subject, answer.text.strip()) == ("Your sign-in", "Look in the junk folder.")
    assert case not in [found.id for found in vault().support_cases()]
    with inside_vault():
        assert bytes(SupportMessage.objects.get(pk=case).sealed) == b""


def test_an_answer_waits_while_no_mail_leaves(talk: Conversation) -> None:
    """A code is worthless after ten minutes; an answer is not."""
    from datetime import timedelta

    from django.utils import timezone

    from privacy.vault.models import Letter

    contact = new_address()
    vault().answer_support(case=_call(talk, contact), subject="Late", text="But here.")
    with inside_vault():
        Letter.objects.filter(is_lasting=True).update(written_at=timezone.now() - timedelta(hours=9))

    runner.run_waiting()

    assert [letter.subject for letter in letters(to=contact)] == ["Late"]


def test_an_answer_to_a_telephone_is_a_text_message(talk: Conversation) -> None:
    case = _call(talk, "07400 123456")

    vault().answer_support(case=case, subject="Your sign-in", text="Ask for a new code.")
    runner.run_waiting()

    assert ("text message", "Ask for a new code.") in [
        (letter.kind, letter.text) for letter in letters(to="+447400123456")
    ]


@pytest.mark.parametrize(("subject", "text"), [("", "x"), ("x", " "), ("x" * 161, "x"), ("x", "x" * 4001)])
def test_what_cannot_be_sent_is_refused(talk: Conversation, subject: str, text: str) -> None:
    case = _call(talk, new_address())

    with pytest.raises(refusals.AnswerRefused):
        vault().answer_support(case=case, subject=subject, text=text)


def test_a_contact_that_is_no_address_is_told_so(talk: Conversation) -> None:
    case = _call(talk, "room 4, after two")

    assert not vault().open_support(case=case).can_answer
    with pytest.raises(refusals.NoAddress):
        vault().answer_support(case=case, subject="Hello", text="Hello")


def test_another_organisations_queue_does_not_exist(talk: Conversation, beta: Organisation) -> None:
    """I28."""
    case = _call(talk, new_address())
    with tenant_context(beta.tenant):
        assert case not in [found.id for found in vault().support_cases()]
        for ask in (
            lambda: vault().open_support(case=case),
            lambda: vault().answer_support(case=case, subject="a", text="b"),
            lambda: vault().close_support(case=case),
        ):
            with pytest.raises(refusals.UnknownCase):
                ask()
    with pytest.raises(refusals.UnknownCase):
        vault().open_support(case=uuid4())
