"""What analysts send, read kindly. The services check everything again."""

from collections.abc import Iterable
from uuid import UUID

from django.http import QueryDict

from kernel.text import uuid_of
from reporting.coding.queries.desk import Filters, Show
from reporting.coding.services.given import Given, Passage, passage_of

_MOST_READ = 100


def uuids_of(typed: Iterable[str]) -> list[UUID]:
    return [one for one in map(uuid_of, typed) if one is not None][:_MOST_READ]


def number_of(typed: str | None) -> int:
    """-1 where there is no whole number."""
    typed = (typed or "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def filters_of(asked: QueryDict) -> Filters:
    shown = asked.get("show", "")
    kind = asked.get("kind", "")
    return Filters(
        show=Show(shown) if shown in set(Show) else Show.NEW,
        stream=uuid_of(asked.get("stream")),
        area=uuid_of(asked.get("area")),
        kind=kind if kind in {"idea", "comment"} else "",
    )


def given_of(sent: QueryDict, text: str) -> Given:
    """
    Codes for the whole, passages ticked or selected, and words that were typed for one more passage.

    Raises PassageNotFound.
    """
    passages = {passage for one in sent.getlist("span")[:_MOST_READ] if (passage := _passage(one))}
    code, words = uuid_of(sent.get("passage_code")), sent.get("passage", "").strip()
    if code is not None and words:
        passages.add(passage_of(text, words.replace("\r\n", "\n"), code))
    return Given(frozenset(uuids_of(sent.getlist("code"))), frozenset(passages))


def _passage(written: str) -> Passage | None:
    """`code:start:end`; None for anything else."""
    code, *places = written.split(":")
    found = uuid_of(code)
    if found is None or len(places) != 2:
        return None
    return Passage(found, number_of(places[0]), number_of(places[1]))
