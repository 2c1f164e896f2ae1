"""The support queue as its pages show it, and the answers that are ready to be sent."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from kernel.languages import language
from kernel.tenancy import Tenant
from privacy.vault.interface import vault, vault_for
from privacy.vault.shapes import SupportText
from tenants.services import sites


@dataclass(frozen=True, slots=True)
class CallLine:
    """One line of the queue: a number and a day, and nothing of who calls."""

    id: UUID
    number: str
    conversation: str
    day: date
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Template:
    """An answer ready to be sent, in one language. `code` names both."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class _Answer:
    label: str
    subject: str | Promise
    text: str | Promise


def waiting_in(tenant: Tenant) -> int:
    return len(vault_for(tenant).support_cases())


def waiting() -> list[CallLine]:
    """What waits in the current organisation, oldest first."""
    names = dict(Conversation.objects.values_list("pk", "name"))
    return [
        CallLine(case.id, case.number, names.get(case.conversation, ""), case.day, case.is_answered)
        for case in vault().support_cases()
    ]


def opened(case: UUID) -> SupportText:
    """One call with its contact, from the vault, for one page. Raises UnknownCase."""
    return vault().open_support(case=case)


def templates() -> list[Template]:
    """Each answer in each language that is offered."""
    return [
        Template(f"{name}.{code}", f"{answer.label} ({language(code).name})")
        for code, _name in settings.LANGUAGES
        for name, answer in _ANSWERS.items()
    ]


def filled(code: str, call: SupportText) -> tuple[str, str]:
    """Subject and text of a template, with the conversation's name and address; empty for one there is not."""
    name, _dot, chosen = code.partition(".")
    answer, talk = _ANSWERS.get(name), Conversation.objects.filter(pk=call.case.conversation).first()
    if answer is None or talk is None or chosen not in dict(settings.LANGUAGES):
        return "", ""
    site = f"{sites.own_address()}{talk.slug}/"
    facts = {"name": talk.name, "site": site, "number": call.case.number}
    with translation.override(chosen):
        return str(answer.subject) % facts, str(answer.text) % facts


_ANSWERS = {
    "sign-in": _Answer(
        "How to sign in",
        _("How to get into %(name)s"),
        _("""\
Hello,

thank you for writing to us.

Go to %(site)s and ask for a code with the address that your organisation has for you. The code comes within a few minutes; type it into the same page, in the same browser, within ten minutes.

It may be that your organisation has another address for you than the one you tried. Try your work address, and the mobile number you gave.

Your message had the number %(number)s. You need not answer; we cannot see whether you signed in.
"""),
    ),
    "code": _Answer(
        "No code arrives",
        _("No code arrives for %(name)s"),
        _("""\
Hello,

thank you for writing to us.

Look into the folder for junk or spam: codes sometimes lie there. Then go to %(site)s and press "Send again". Only the newest code works, for ten minutes, in the browser that asked for it.

If none comes after five minutes, ask for one with your other address or your mobile number.

Your message had the number %(number)s.
"""),
    ),
    "data": _Answer(
        "What is held about me",
        _("Your data in %(name)s"),
        _("""\
Hello,

thank you for writing to us.

Sign in at %(site)s and go to "My data". There you see everything that is held about you, can download it, correct what you answered, and have it deleted. It happens at once, and nobody at your organisation learns of it.

If you cannot sign in, answer us from the address that your organisation has for you, and say what you want to happen.

Your message had the number %(number)s.
"""),
    ),
    "leave": _Answer(
        "How to leave",
        _("Leaving %(name)s"),
        _("""\
Hello,

thank you for writing to us.

Sign in at %(site)s, go to "My data" and press "Leave and delete ...". You choose whether what you wrote stays, without any tie to you, or goes too. We then never write to you again about this conversation.

If you only want no more messages, the page %(site)sstop/ is enough.

Your message had the number %(number)s.
"""),
    ),
}
