"""Whatever reaches a mail: one recipient, the same headers, and no line that somebody else wrote (Z8)."""

import re
from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMessage

from conversations.models import Conversation
from kernel.tenancy import Tenant
from kernel.text import one_line
from privacy.vault import runner
from privacy.vault.addresses import read_address, read_email
from privacy.vault.interface import vault
from privacy.vault.refusals import MailingRefused
from privacy.vault.shapes import MailingKind
from tests import hostile
from tests.hostile import in_both_sizes
from tests.mailing import announce
from tests.making import code_sent_to, enrol, make_conversation, new_address
from tests.postbox import Postbox

_HEADERS = {
    *("Content-Type", "MIME-Version", "Content-Transfer-Encoding"),
    *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe"),
}


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation()


@in_both_sizes(80, 2_000)
def test_news_have_one_recipient_and_the_usual_headers(
    talk: Conversation, postbox: Postbox, count: int
) -> None:
    """Z8: subject and text as an organisation types them, over SMTP."""
    address = new_address()
    enrol(talk, address)
    sent = 0
    for n, typed in enumerate(hostile.texts(count)):
        try:
            announce(talk, MailingKind.NEWS, key=f"k{n}", subject=typed[:150], text=f"{typed}\nwords")
        except MailingRefused:
            continue
        sent += 1
    while runner.run_waiting():
        pass

    assert sent > count // 2
    assert len(postbox.taken) == sent
    for recipients, content in postbox.taken:
        assert recipients == [address]
        _is_usual(content)


@in_both_sizes(2_000, 10_000)
def test_a_subject_is_one_line_whatever_a_conversation_is_called(count: int) -> None:
    """Z8: names come into one plain line before they stand in any header."""
    for typed in hostile.texts(count):
        message = EmailMessage(
            subject=f"Your code for {one_line(typed)}", body=typed, to=["kit@people.example"]
        )
        _is_usual(message.message().as_bytes())


@in_both_sizes(30, 500)
def test_names_of_conversations_reach_mails_as_one_line(
    in_acme: Tenant, postbox: Postbox, count: int
) -> None:
    """Z8: from the name that somebody of ours typed to the mail with a code."""
    from conversations.services import conversations
    from conversations.services.conversations import Question

    for n, typed in enumerate(list(hostile.texts(count * 3))[::3]):
        talk = conversations.create_conversation(
            slug=f"hostile-{count}-{n}",
            name=f"{typed[:100]} talk",
            questions=[Question("What?")],
            areas=[("everybody", "Everybody")],
        )
        address = new_address()
        enrol(talk, address)
        vault().send_code(conversation=talk.pk, address=address, browser="b")
        runner.run_waiting()

        recipients, content = postbox.taken[-1]
        assert recipients == [address], repr(typed)
        _is_usual(content)


@in_both_sizes(100, 2_000)
def test_an_address_with_more_in_it_is_nobodys(talk: Conversation, postbox: Postbox, count: int) -> None:
    """Z8: lists, display names, line ends and encoded words behind an address that is on the roster."""
    address = new_address()
    enrol(talk, address)

    for typed in hostile.texts(count):
        if read_address(f"{address}{typed}").text != address:
            vault().send_code(conversation=talk.pk, address=f"{address}{typed}", browser="b")
            vault().send_code(conversation=talk.pk, address=f"{typed}{address}", browser="b")
    while runner.run_waiting():
        pass

    assert [recipients for recipients, _content in postbox.taken if recipients != [address]] == []


@in_both_sizes(5_000, 10_000)
def test_an_address_is_one_mailbox_or_none(count: int) -> None:
    """Z8: nothing that is taken for an address holds a line end, a blank, a comma or brackets."""
    for typed in hostile.texts(count):
        found = read_email(f"{typed}kit@people.example{typed}")
        assert found is None or not set(found.text) & set("\r\n\0\t ,;<>()\u2028\x85"), repr(typed)


def test_a_code_reaches_its_own_address_alone(talk: Conversation) -> None:
    """Z8: and typed with blanks and capitals it is the same address."""
    address = new_address()
    enrol(talk, address)
    vault().send_code(conversation=talk.pk, address=f"  {address.upper()} ", browser="b")

    assert code_sent_to(address)


def _is_usual(content: bytes) -> None:
    """The same set of headers as every mail, each once, and one recipient."""
    message = message_from_bytes(content, policy=policy.default)
    names = list(message.keys())
    assert set(names) <= _HEADERS
    assert len(names) == len(set(names))
    assert len(message["To"].addresses) == 1
    (subject,) = re.findall(rb"^Subject:((?:.|\r?\n[ \t])*)$", content.partition(b"\n\n")[0], re.MULTILINE)
    assert b"\nBcc" not in subject
