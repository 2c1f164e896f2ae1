"""Mail over a real SMTP connection, and the outbox of the embedded default."""

from django.core.mail import EmailMessage
from django.test import override_settings

from kernel.messages import letters, text_sender
from kernel.tenancy import Tenant
from privacy.vault import runner
from privacy.vault.interface import vault
from tests.making import enrol, make_conversation, new_address
from tests.postbox import Postbox


def test_a_code_leaves_over_smtp_to_one_recipient(in_acme: Tenant, postbox: Postbox) -> None:
    conversation, address = make_conversation(), new_address()
    enrol(conversation, address)

    vault().send_code(conversation=conversation.pk, address=address, browser="b")
    runner.run_waiting()

    ((recipients, content),) = postbox.taken
    assert recipients == [address]
    assert b"Subject: Your code for A better place to work" in content


def test_a_mailbox_that_refuses_looks_like_one_that_takes(in_acme: Tenant, postbox: Postbox) -> None:
    """F10: the letter is gone either way, and the next one still leaves."""
    conversation, good = make_conversation(), new_address()
    enrol(conversation, "refused@people.example", good)

    for address in ("refused@people.example", good):
        vault().send_code(conversation=conversation.pk, address=address, browser="b")
    runner.run_waiting()

    assert [recipients for recipients, _content in postbox.taken] == [[good]]
    assert runner.run_waiting() == 0


def test_letters_wait_for_a_mail_server_that_is_away(in_acme: Tenant) -> None:
    """F10: nothing is claimed while it is away, and nothing leaves twice when it is back."""
    conversation, address = make_conversation(), new_address()
    enrol(conversation, address)
    vault().send_code(conversation=conversation.pk, address=address, browser="b")

    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1
    ):
        assert runner.run_waiting() == 0
    runner.run_waiting()
    runner.run_waiting()

    assert len(letters(to=address)) == 1


def test_the_outbox_shows_the_newest_first() -> None:
    address = new_address()
    for subject in ("first", "second"):
        EmailMessage(subject=subject, body="words", to=[address]).send()
    text_sender().send(number="+447400123456", text="a text")

    subjects = [letter.subject for letter in letters(to=address)]
    assert subjects == ["second", "first"]
    assert letters()[0].kind == "text message"
