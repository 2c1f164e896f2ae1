"""
The words of letters to people who ask for their data. Until the last one they are the same for everybody.

No link signs in, and none holds a number or a code: both are typed on the page.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kernel.addresses import on_base_host
from privacy.vault.rights import RequestKind, RequestLetter
from web.dates import full_day

PAGE = "requests/"


@dataclass(frozen=True, slots=True)
class Words:
    """A letter as an e-mail, and in short as a text message."""

    subject: str
    text: str
    short: str


def page_address() -> str:
    return on_base_host(f"/{PAGE}")


def of_code(kind: RequestKind, number: str, code: str, *, is_new: bool = False) -> Words:
    """To the address that asks; `is_new`: to the one that shall take its place."""
    if is_new:
        return _of_new_address(number, code)
    facts = {"number": number, "code": code, "page": page_address(), "asked": str(_ASKED[kind])}
    return Words(
        subject=_("Your request %(number)s") % facts,
        text=_("""\
Hello,

somebody asked us %(asked)s, and gave this address. If it was you, this code shows that the address agrees:

    number  %(number)s
    code    %(code)s

Type both at %(page)s - or, if you called us, read the code out on the telephone. Everything else is asked there.

If it was not you, do nothing, and tell nobody the code. Without it nothing happens. We write this message to every address that is given to us, so it does not mean that we hold anything.
""")
        % facts,
        short=_("Request %(number)s: code %(code)s. Type it at %(page)s - not yours? Then do nothing.")
        % facts,
    )


def _of_new_address(number: str, code: str) -> Words:
    facts = {"number": number, "code": code, "page": page_address()}
    return Words(
        subject=_("Your request %(number)s") % facts,
        text=_("""\
Hello,

this address or number was given as the new one in request %(number)s. If that is right, this code takes it over:

    number  %(number)s
    code    %(code)s

Type both at %(page)s - or, if you called us, read the code out on the telephone.

If it was not you, do nothing, and tell nobody the code. Without it nothing changes.
""")
        % facts,
        short=_("Request %(number)s: code %(code)s takes over this number. Type it at %(page)s") % facts,
    )


def of_staff(letter: RequestLetter, number: str) -> Words:
    facts = {"number": number, "page": page_address()}
    subject, text = _FROM_STAFF[letter]
    said = str(text) % facts
    foot = _FOOT_OF_REFUSALS if letter in _REFUSALS else _FOOT
    return Words(subject=str(subject) % facts, text=f"{said}\n{str(foot) % facts}", short=said)


def of_deletion(number: str, access: str, *, names: list[str], keeps: bool) -> Words:
    if not names:
        return _answer(number, access, _nothing())
    done = [
        ngettext(
            "We deleted what was held about you in %(num)s conversation:",
            "We deleted what was held about you in %(num)s conversations:",
            len(names),
        )
        % {"num": len(names)},
        _listed(names),
        _(
            "Your address, your answers, your password and everything else that leads to you are gone. You get no more"
            " messages, also when an organisation sends us a new list."
        ),
        _("What you wrote stays, and nothing ties it to you any more: nobody can tell that it was you.")
        if keeps
        else _("Your ideas and comments were emptied, and your votes deleted."),
        _("Copies in backups end within 30 days."),
    ]
    return _answer(number, access, done)


def of_copy(number: str, access: str, *, until: date) -> Words:
    facts = {"page": page_address(), "until": full_day(until)}
    done = [
        _(
            "Your copy is ready. It lies at %(page)s until %(until)s, and opens with the number and the code below."
        )
        % facts,
        _("It says what you wrote and how you voted, so open it where only you can see it."),
    ]
    return _answer(number, access, done)


def of_correction(number: str, access: str, *, names: list[str]) -> Words:
    if not names:
        return _answer(number, access, _nothing())
    done = [
        ngettext(
            "We took over your correction in %(num)s conversation:",
            "We took over your correction in %(num)s conversations:",
            len(names),
        )
        % {"num": len(names)},
        _listed(names),
        _(
            "An address or number was changed wherever nobody else uses it, and a group wherever there is one with"
            " this name and value. Organisations are not told who asked."
        ),
    ]
    return _answer(number, access, done)


def _answer(number: str, access: str, done: list[str]) -> Words:
    facts = {"number": number, "code": access, "page": page_address()}
    proof = _(
        "To see later what was done, type this at %(page)s\n\n    number  %(number)s\n    code    %(code)s\n\nThe"
        " code is for you alone: nobody of ours ever asks for it."
    )
    complaint = _("If you are not content, you can complain to the Information Commissioner (ico.org.uk).")
    text = "\n\n".join([_("Hello,"), *done, proof % facts, complaint])
    return Words(
        subject=_("Your request %(number)s is done") % facts,
        text=f"{text}\n",
        short=_("Request %(number)s is done. What was done stands at %(page)s - your code: %(code)s") % facts,
    )


def _nothing() -> list[str]:
    return [_("We looked in every conversation of your request. Nothing is held under this address.")]


def _listed(names: list[str]) -> str:
    return "\n".join(f"    {name}" for name in names)


_ASKED: dict[RequestKind, Promise] = {
    RequestKind.DELETION: gettext_lazy("to delete what we hold about them"),
    RequestKind.COPY: gettext_lazy("for a copy of what we hold about them"),
    RequestKind.CORRECTION: gettext_lazy("to correct what we hold about them"),
}
_REFUSALS = {RequestLetter.UNFOUNDED, RequestLetter.EXCESSIVE, RequestLetter.UNPROVEN}
_FOOT = gettext_lazy("How far your request is, you see at %(page)s with its number and code.\n")
_FOOT_OF_REFUSALS = gettext_lazy(
    "You can complain to the Information Commissioner (ico.org.uk), or go to court. You can also ask us again at"
    " %(page)s\n"
)
_FROM_STAFF: dict[RequestLetter, tuple[Promise, Promise]] = {
    RequestLetter.CLARIFY: (
        gettext_lazy("A question about your request %(number)s"),
        gettext_lazy(
            "Hello,\n\nyour request %(number)s has arrived. To do the right thing we need to know more: please call us,"
            " or write to where you asked first, and name the number. Until we hear from you the time we have for it"
            " stands still.\n"
        ),
    ),
    RequestLetter.EXTENDED: (
        gettext_lazy("Your request %(number)s takes longer"),
        gettext_lazy(
            "Hello,\n\nyour request %(number)s is more work than we can do within a month. We need up to two months"
            " more, as the law allows, and write to you as soon as it is done.\n"
        ),
    ),
    RequestLetter.UNFOUNDED: (
        gettext_lazy("Your request %(number)s"),
        gettext_lazy(
            "Hello,\n\nwe do not do what request %(number)s asks for: as far as we can see it is not about data that"
            " we hold for you.\n"
        ),
    ),
    RequestLetter.EXCESSIVE: (
        gettext_lazy("Your request %(number)s"),
        gettext_lazy(
            "Hello,\n\nwe do not do what request %(number)s asks for, because we did the same for you only a short"
            " time ago.\n"
        ),
    ),
    RequestLetter.UNPROVEN: (
        gettext_lazy("Your request %(number)s"),
        gettext_lazy(
            "Hello,\n\nwe wrote a code to this address for request %(number)s, and it was not typed in time. We may"
            " give data to nobody but the person it is about, so the request is closed.\n"
        ),
    ),
}
