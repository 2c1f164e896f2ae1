"""A copy as data for the document to read: headings and lines, in the language of the page."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from web.dates import full_day

Lines = list[tuple[str, str]]


def data_of(copy: Mapping[str, Any]) -> dict[str, object]:
    language, _dash, region = (get_language() or "en").partition("-")
    return {
        "title": _("What is held about you"),
        "language": language,
        "region": region or None,
        "facts": [
            _("Request %(number)s") % {"number": copy["request"]},
            _("Made on %(day)s") % {"day": full_day(date.fromisoformat(copy["made_on"]))},
        ],
        "nothing": "" if copy["conversations"] else _("Nothing is held under this address."),
        "foot": _("For you alone. Keep it where nobody else can read it."),
        "page": _("Page {here} of {last}"),
        "conversations": [_conversation(found) for found in copy["conversations"]],
    }


def _conversation(found: Mapping[str, Any]) -> dict[str, object]:
    parts = [
        (_("About you"), _about(found.get("about_you"))),
        (_("What you wrote"), [(_wrote(post), post["text"]) for post in found.get("you_wrote", [])]),
        (_("How you voted"), [(_vote(vote["vote"]), vote["idea"]) for vote in found.get("you_voted", [])]),
        (_("Messages"), _messages(found.get("messages", []))),
        (
            _("You asked for help"),
            [(_day(call["day"]), call["text"]) for call in found.get("you_asked_for_help", [])],
        ),
    ]
    sections = [{"title": title, "lines": lines} for title, lines in parts if lines]
    return {"name": found["conversation"], "site": found["site"], "sections": sections}


def _about(held: Mapping[str, Any] | None) -> Lines:
    if held is None:
        return []
    yes, no = _("yes"), _("no")
    listed, answered = _("(from your organisation's list)"), _("(your answer)")
    return [
        (_("E-mail address"), held["email"] or _("none")),
        (_("Mobile number"), held["phone"] or _("none")),
        (_("Area"), held["area"] or _("not chosen")),
        *((f"{code} {listed}", value) for code, value in held["dimensions"].items()),
        *((f"{code} {answered}", value) for code, value in held["answers"].items()),
        (_("Password"), _("one that nobody can read, you neither") if held["has_password"] else _("none")),
        (_("Gets messages"), yes if held["gets_letters"] else no),
        (_("May only read"), yes if held["is_restricted"] else no),
        (_("Warnings"), ", ".join(_day(day) for day in held["warned_on"]) or _("none")),
    ]


def _messages(threads: list[Mapping[str, Any]]) -> Lines:
    return [
        (_("%(day)s, about: %(text)s") % {"day": _day(said["day"]), "text": thread["about"]}, said["text"])
        for thread in threads
        for said in thread["messages"]
    ]


def _wrote(post: Mapping[str, Any]) -> str:
    kind = _("Idea") if post["kind"] == "idea" else _("Comment")
    return f"{kind}, {_day(post['day'])}: {post['question']}"


def _vote(vote: str) -> str:
    return _("Like") if vote == "like" else _("Dislike")


def _day(day: str) -> str:
    return full_day(date.fromisoformat(day))
