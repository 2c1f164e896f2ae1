"""
The words of everything that is sent to many. The same for everybody, and no link signs in.

Placeholders: `name` of the conversation, `site` its address, `stop` the page where mailings end,
`text` what the organisation wrote or the dates.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from privacy.vault.models import Conversation, Mailing
from privacy.vault.shapes import MailingKind
from web.dates import moment

STOP_PATH = "stop/"


@dataclass(frozen=True, slots=True)
class Words:
    """What one mailing says: as an e-mail, and in short as a text message."""

    subject: str
    text: str
    short: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    subject: str | Promise
    text: str | Promise
    short: str | Promise


def words_of(mailing: Mailing, conversation: Conversation) -> Words:
    pattern = _PATTERNS[MailingKind(mailing.kind)]
    if mailing.kind == MailingKind.REMINDER and mailing.text:
        pattern = _PATTERNS[MailingKind.NEWS]
    facts = {
        "name": conversation.name,
        "site": conversation.site,
        "stop": stop_address(conversation),
        "text": mailing.text,
    }
    return Words(
        subject=mailing.subject or str(pattern.subject) % facts,
        text=f"{str(pattern.text) % facts}\n{str(_FOOT) % facts}",
        short=str(pattern.short) % facts,
    )


def stop_address(conversation: Conversation) -> str:
    return f"{conversation.site}{STOP_PATH}"


def when_open(opens_at: datetime, closes_at: datetime | None) -> str:
    """One line with both dates; the caller has put them into the conversation's time zone."""
    if closes_at is None:
        return str(_("It opened on %(opens)s.")) % {"opens": moment(opens_at)}
    facts = {"opens": moment(opens_at), "closes": moment(closes_at)}
    return str(_("It opened on %(opens)s and is open until %(closes)s.")) % facts


_PATTERNS = {
    MailingKind.INVITATION: _Pattern(
        subject=_("You are invited: %(name)s"),
        text=_("""\
Hello,

"%(name)s" is open, and you are invited to take part. %(text)s

Say what you really think. Nobody at your organisation can see who wrote what, and nobody is told whether you took part.

How to get in: go to

    %(site)s

and ask for a code with the address that this message came to. Type the code, and you are in.
"""),
        short=_("%(name)s is open. Take part at %(site)s with this number. No more messages: %(stop)s"),
    ),
    MailingKind.REMINDER: _Pattern(
        subject=_("Still open: %(name)s"),
        text=_("""\
Hello,

"%(name)s" is still open, and there is room for what you think. If you have already taken part: thank you. Everybody gets this message, because we do not look at who has been there.

You get in at

    %(site)s

with a code that you ask for there.
"""),
        short=_("%(name)s is still open. Everybody gets this: %(site)s No more messages: %(stop)s"),
    ),
    MailingKind.NEWS: _Pattern(
        subject=_("News from %(name)s"),
        text=_("""\
Hello,

%(text)s

The conversation "%(name)s" is at

    %(site)s
"""),
        short=_("There is news from %(name)s. Read it at %(site)s No more messages: %(stop)s"),
    ),
    MailingKind.WAITING: _Pattern(
        subject=_("There are new posts: %(name)s"),
        text=_("""\
Hello,

There are new posts in "%(name)s", and there may be something for you.

You see it after you have signed in at

    %(site)s

We send this message now and then, and to others at the same time. It says the same to everybody, so nobody can tell anything from it.
"""),
        short=_(
            "There are new posts in %(name)s, and there may be something for you: %(site)s No more messages: %(stop)s"
        ),
    ),
}
_FOOT = _("""\
We never send a link that signs you in. An answer to this message is read by nobody.
No more messages like this one: %(stop)s
""")
