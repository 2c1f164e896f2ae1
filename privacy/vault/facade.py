"""The verbs as the rest of the system sees them: typed, with any way of asking underneath."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any, cast
from uuid import UUID

from privacy.anonymity import Proof, Ticket
from privacy.vault.endings import Departure, Keeping, KeysEnd, PublishedKey, Remains, Salt, Signed, Work
from privacy.vault.groups import FrozenPost, FrozenVote, Labels, Scale, Snapshot, TablesReport
from privacy.vault.rights import (
    CopyTags,
    CopyWanted,
    RequestKind,
    RequestLetter,
    RequestProgress,
    RequestShown,
    Wish,
)
from privacy.vault.shapes import (
    CarriedVote,
    Contributions,
    Ground,
    Held,
    Identified,
    JobReport,
    MailingCounts,
    MailingKind,
    Name,
    OpinionsReport,
    OwnTags,
    PartTies,
    Population,
    Readiness,
    Reading,
    Standing,
    SupportCase,
    SupportText,
    Written,
)
from privacy.vault.verb import Caller

Ask = Callable[[Caller, str, dict[str, Any]], Any]


class Vault:
    """The verbs. What each does and raises stands at its function in `privacy.vault.verbs`."""

    def __init__(self, caller: Caller, ask: Ask) -> None:
        self._ask = partial(ask, caller)

    def prepare(self, *, conversation: UUID, name: str, site: str, time_zone: str | None = None) -> bytes:
        arguments = {"conversation": conversation, "name": name, "site": site, "time_zone": time_zone}
        return cast("bytes", self._ask("prepare", arguments))

    def conversations(self) -> list[UUID]:
        return cast("list[UUID]", self._ask("conversations", {}))

    def examine(
        self, *, conversation: UUID, roster: bytes, areas: dict[str, str], reading: Reading | None = None
    ) -> UUID:
        arguments = {"conversation": conversation, "roster": roster, "areas": areas, "reading": reading}
        return cast("UUID", self._ask("examine", arguments))

    def enrol(
        self,
        *,
        conversation: UUID,
        roster: bytes,
        areas: list[str],
        reading: Reading | None = None,
        is_sealed: bool = False,
    ) -> UUID:
        arguments = {"conversation": conversation, "roster": roster, "areas": areas, "reading": reading}
        return cast("UUID", self._ask("enrol", {**arguments, "is_sealed": is_sealed}))

    def population(self, *, conversation: UUID) -> Population:
        return cast("Population", self._ask("population", {"conversation": conversation}))

    def enrol_voices(self, *, conversation: UUID, count: int, area: str) -> list[Ticket]:
        arguments = {"conversation": conversation, "count": count, "area": area}
        return cast("list[Ticket]", self._ask("enrol_voices", arguments))

    def job(self, *, conversation: UUID, job: UUID) -> JobReport:
        return cast("JobReport", self._ask("job", {"conversation": conversation, "job": job}))

    def readiness(self, *, conversation: UUID) -> Readiness:
        return cast("Readiness", self._ask("readiness", {"conversation": conversation}))

    def rehearse(
        self, *, conversation: UUID, address: str, code: str, opens_at: datetime, closes_at: datetime
    ) -> None:
        arguments = {"conversation": conversation, "address": address, "code": code}
        self._ask("rehearse", {**arguments, "opens_at": opens_at, "closes_at": closes_at})

    def send_code(self, *, conversation: UUID, address: str, browser: str) -> None:
        self._ask("send_code", {"conversation": conversation, "address": address, "browser": browser})

    def redeem(self, *, conversation: UUID, address: str, code: str, browser: str) -> Ticket:
        arguments = {"conversation": conversation, "address": address, "code": code, "browser": browser}
        return cast("Ticket", self._ask("redeem", arguments))

    def enter(self, *, conversation: UUID, address: str, password: str, browser: str) -> Ticket:
        arguments = {
            "conversation": conversation,
            "address": address,
            "password": password,
            "browser": browser,
        }
        return cast("Ticket", self._ask("enter", arguments))

    def set_password(self, *, conversation: UUID, proof: Proof, password: str) -> None:
        self._ask("set_password", {"conversation": conversation, "proof": proof, "password": password})

    def answer_survey(
        self, *, conversation: UUID, proof: Proof, answers: dict[str, str], area: str = ""
    ) -> Ticket:
        arguments = {"conversation": conversation, "proof": proof, "answers": answers, "area": area}
        return cast("Ticket", self._ask("answer_survey", arguments))

    def export(self, *, conversation: UUID, proof: Proof) -> Held:
        return cast("Held", self._ask("export", {"conversation": conversation, "proof": proof}))

    def deliver(self, *, conversation: UUID, route: bytes, contribution: UUID, urgent: bool = False) -> None:
        arguments = {"conversation": conversation, "route": route, "contribution": contribution}
        self._ask("deliver", {**arguments, "urgent": urgent})

    def warn(self, *, conversation: UUID, route: bytes, contribution: UUID) -> None:
        self._ask("warn", {"conversation": conversation, "route": route, "contribution": contribution})

    def restrict(self, *, conversation: UUID, route: bytes, contribution: UUID) -> None:
        self._ask("restrict", {"conversation": conversation, "route": route, "contribution": contribution})

    def unrestrict(self, *, conversation: UUID, route: bytes, contribution: UUID) -> None:
        self._ask("unrestrict", {"conversation": conversation, "route": route, "contribution": contribution})

    def ask_identification(self, *, conversation: UUID, about: Written, ground: Ground, by: UUID) -> UUID:
        arguments = {"conversation": conversation, "about": about, "ground": ground, "by": by}
        return cast("UUID", self._ask("ask_identification", arguments))

    def approve_identification(self, *, conversation: UUID, grant: UUID, by: UUID) -> None:
        self._ask("approve_identification", {"conversation": conversation, "grant": grant, "by": by})

    def refuse_identification(self, *, conversation: UUID, grant: UUID, by: UUID) -> None:
        self._ask("refuse_identification", {"conversation": conversation, "grant": grant, "by": by})

    def identify(self, *, conversation: UUID, about: Written, grant: UUID, by: UUID) -> Identified:
        arguments = {"conversation": conversation, "about": about, "grant": grant, "by": by}
        return cast("Identified", self._ask("identify", arguments))

    def unseal_name(self, *, conversation: UUID, contribution: UUID, sealed: bytes) -> Name:
        arguments = {"conversation": conversation, "contribution": contribution, "sealed": sealed}
        return cast("Name", self._ask("unseal_name", arguments))

    def tell_officers(self, *, conversation: UUID, head: str) -> None:
        self._ask("tell_officers", {"conversation": conversation, "head": head})

    def support_cases(self) -> list[SupportCase]:
        return cast("list[SupportCase]", self._ask("support_cases", {}))

    def open_support(self, *, case: UUID) -> SupportText:
        return cast("SupportText", self._ask("open_support", {"case": case}))

    def answer_support(self, *, case: UUID, subject: str, text: str) -> None:
        self._ask("answer_support", {"case": case, "subject": subject, "text": text})

    def close_support(self, *, case: UUID) -> None:
        self._ask("close_support", {"case": case})

    def look(self, *, conversation: UUID, proof: Proof) -> None:
        self._ask("look", {"conversation": conversation, "proof": proof})

    def mentions(self, *, conversation: UUID, texts: list[str]) -> list[list[str]]:
        arguments = {"conversation": conversation, "texts": texts}
        return cast("list[list[str]]", self._ask("mentions", arguments))

    def support(self, *, conversation: UUID, text: str, contact: str) -> None:
        self._ask("support", {"conversation": conversation, "text": text, "contact": contact})

    def invite(self, *, conversation: UUID, key: str, opens_at: datetime, closes_at: datetime | None) -> None:
        arguments = {"conversation": conversation, "key": key, "opens_at": opens_at, "closes_at": closes_at}
        self._ask("invite", arguments)

    def resend(self, *, conversation: UUID) -> int:
        return cast("int", self._ask("resend", {"conversation": conversation}))

    def announce(
        self,
        *,
        conversation: UUID,
        kind: MailingKind,
        key: str,
        subject: str,
        text: str,
        due_at: datetime,
    ) -> None:
        arguments = {"conversation": conversation, "kind": kind, "key": key}
        self._ask("announce", {**arguments, "subject": subject, "text": text, "due_at": due_at})

    def mailings(self, *, conversation: UUID) -> list[MailingCounts]:
        return cast("list[MailingCounts]", self._ask("mailings", {"conversation": conversation}))

    def stop_letters(self, *, conversation: UUID, address: str) -> None:
        self._ask("stop_letters", {"conversation": conversation, "address": address})

    def set_letters(self, *, conversation: UUID, proof: Proof, wanted: bool) -> None:
        self._ask("set_letters", {"conversation": conversation, "proof": proof, "wanted": wanted})

    def bounced(self, *, notification: bytes) -> None:
        self._ask("bounced", {"notification": notification})

    def leave(self, *, conversation: UUID, proof: Proof, contributions: Contributions) -> str:
        arguments = {"conversation": conversation, "proof": proof, "contributions": contributions}
        return cast("str", self._ask("leave", arguments))

    def erase(
        self, *, conversation: UUID, address: str, code: str, browser: str, contributions: Contributions
    ) -> str:
        arguments = {"conversation": conversation, "address": address, "code": code, "browser": browser}
        return cast("str", self._ask("erase", {**arguments, "contributions": contributions}))

    def departure(self, *, conversation: UUID, reference: str) -> Departure:
        return cast(
            "Departure", self._ask("departure", {"conversation": conversation, "reference": reference})
        )

    def own_tags(
        self, *, conversation: UUID, ideas: list[UUID], reported: list[UUID], split: list[UUID]
    ) -> OwnTags:
        arguments = {"conversation": conversation, "ideas": ideas, "reported": reported, "split": split}
        return cast("OwnTags", self._ask("own_tags", arguments))

    def forget(self, *, conversation: UUID, batch: UUID) -> None:
        self._ask("forget", {"conversation": conversation, "batch": batch})

    def carry(
        self,
        *,
        conversation: UUID,
        source: UUID,
        target: UUID,
        votes: list[tuple[bytes, int]],
        tags: list[bytes],
    ) -> list[CarriedVote]:
        arguments = {"conversation": conversation, "source": source, "target": target}
        return cast("list[CarriedVote]", self._ask("carry", {**arguments, "votes": votes, "tags": tags}))

    def split(
        self, *, conversation: UUID, route: bytes, parent: UUID, ids: list[UUID], first: int
    ) -> list[PartTies]:
        arguments = {"conversation": conversation, "route": route, "parent": parent, "ids": ids}
        return cast("list[PartTies]", self._ask("split", {**arguments, "first": first}))

    def unseal(self, *, conversation: UUID, sealed: bytes, contribution: UUID, act: UUID) -> str:
        arguments = {"conversation": conversation, "sealed": sealed, "contribution": contribution}
        return cast("str", self._ask("unseal", {**arguments, "act": act}))

    def open_request(
        self, *, number: str, kind: RequestKind, address: str, organisation: UUID | None, language: str
    ) -> None:
        arguments = {"number": number, "kind": kind, "address": address, "organisation": organisation}
        self._ask("open_request", {**arguments, "language": language})

    def send_request_code(self, *, number: str) -> None:
        self._ask("send_request_code", {"number": number})

    def confirm_request(self, *, number: str, code: str, wish: Wish) -> bool:
        arguments = {"number": number, "code": code, "wish": wish}
        return cast("bool", self._ask("confirm_request", arguments))

    def show_request(self, *, number: str, code: str) -> RequestShown:
        return cast("RequestShown", self._ask("show_request", {"number": number, "code": code}))

    def request_copy(self, *, number: str, code: str) -> bytes:
        return cast("bytes", self._ask("request_copy", {"number": number, "code": code}))

    def request_progress(self, *, numbers: list[str]) -> dict[str, RequestProgress]:
        return cast("dict[str, RequestProgress]", self._ask("request_progress", {"numbers": numbers}))

    def write_to_asker(self, *, number: str, letter: RequestLetter) -> None:
        self._ask("write_to_asker", {"number": number, "letter": letter})

    def close_request(self, *, number: str, letter: RequestLetter) -> None:
        self._ask("close_request", {"number": number, "letter": letter})

    def copies_wanted(self) -> list[CopyWanted]:
        return cast("list[CopyWanted]", self._ask("copies_wanted", {}))

    def copy_tags(self, *, conversation: UUID, part: UUID, ideas: list[UUID], split: list[UUID]) -> CopyTags:
        arguments = {"conversation": conversation, "part": part, "ideas": ideas, "split": split}
        return cast("CopyTags", self._ask("copy_tags", arguments))

    def hand_in_copy(self, *, conversation: UUID, part: UUID, content: bytes) -> None:
        arguments = {"conversation": conversation, "part": part, "content": content}
        self._ask("hand_in_copy", arguments)

    def purge(self, *, conversation: UUID) -> UUID:
        return cast("UUID", self._ask("purge", {"conversation": conversation}))

    def work(self, *, conversation: UUID, what: Work, sealed_names: list[bytes]) -> JobReport:
        arguments = {"conversation": conversation, "what": what, "sealed_names": sealed_names}
        return cast("JobReport", self._ask("work", arguments))

    def done(self, *, conversation: UUID, what: Work) -> None:
        self._ask("done", {"conversation": conversation, "what": what})

    def salt(self, *, conversation: UUID) -> Salt:
        return cast("Salt", self._ask("salt", {"conversation": conversation}))

    def compare(self, *, conversation: UUID, digests: list[bytes]) -> list[bytes]:
        return cast("list[bytes]", self._ask("compare", {"conversation": conversation, "digests": digests}))

    def clear(self, *, conversation: UUID, what: Keeping) -> int:
        return cast("int", self._ask("clear", {"conversation": conversation, "what": what}))

    def left(self, *, conversation: UUID, what: Keeping) -> int:
        return cast("int", self._ask("left", {"conversation": conversation, "what": what}))

    def sign_certificate(self, *, conversation: UUID, certificate: bytes) -> Signed:
        arguments = {"conversation": conversation, "certificate": certificate}
        return cast("Signed", self._ask("sign_certificate", arguments))

    def signing_keys(self) -> list[PublishedKey]:
        return cast("list[PublishedKey]", self._ask("signing_keys", {}))

    def keys_end(self, *, conversation: UUID) -> KeysEnd:
        return cast("KeysEnd", self._ask("keys_end", {"conversation": conversation}))

    def standing(self) -> Standing:
        return cast("Standing", self._ask("standing", {}))

    def retry(self, *, job: UUID) -> None:
        self._ask("retry", {"job": job})

    def remember_withdrawn(self, *, conversation: UUID, entries: list[bytes]) -> None:
        self._ask("remember_withdrawn", {"conversation": conversation, "entries": entries})

    def remains(self, *, conversation: UUID) -> Remains:
        return cast("Remains", self._ask("remains", {"conversation": conversation}))

    def reroute(self, *, conversation: UUID, ties: list[tuple[UUID, bytes]]) -> list[bytes]:
        return cast("list[bytes]", self._ask("reroute", {"conversation": conversation, "ties": ties}))

    def end_organisation(self) -> None:
        self._ask("end_organisation", {})

    def has_ended(self) -> bool:
        return cast("bool", self._ask("has_ended", {}))

    def freeze(self, *, conversation: UUID) -> Snapshot:
        return cast("Snapshot", self._ask("freeze", {"conversation": conversation}))

    def freeze_posts(
        self, *, conversation: UUID, snapshot: UUID, number: int, rows: list[FrozenPost]
    ) -> None:
        arguments = {"conversation": conversation, "snapshot": snapshot, "number": number, "rows": rows}
        self._ask("freeze_posts", arguments)

    def freeze_votes(
        self, *, conversation: UUID, snapshot: UUID, number: int, rows: list[FrozenVote]
    ) -> None:
        arguments = {"conversation": conversation, "snapshot": snapshot, "number": number, "rows": rows}
        self._ask("freeze_votes", arguments)

    def freeze_end(self, *, conversation: UUID, snapshot: UUID, parts: int) -> Snapshot:
        arguments = {"conversation": conversation, "snapshot": snapshot, "parts": parts}
        return cast("Snapshot", self._ask("freeze_end", arguments))

    def tabulate(
        self, *, conversation: UUID, snapshot: UUID, scale: Scale, day: date, labels: Labels
    ) -> UUID:
        arguments = {"conversation": conversation, "snapshot": snapshot, "scale": scale, "day": day}
        return cast("UUID", self._ask("tabulate", {**arguments, "labels": labels}))

    def tables(self, *, conversation: UUID, job: UUID) -> TablesReport:
        return cast("TablesReport", self._ask("tables", {"conversation": conversation, "job": job}))

    def describe(self, *, conversation: UUID, route: bytes, contribution: UUID, by: str) -> str:
        arguments = {"conversation": conversation, "route": route, "contribution": contribution, "by": by}
        return cast("str", self._ask("describe", arguments))

    def opinions(self, *, conversation: UUID, snapshot: UUID) -> UUID:
        return cast("UUID", self._ask("opinions", {"conversation": conversation, "snapshot": snapshot}))

    def opinion_groups(self, *, conversation: UUID) -> OpinionsReport:
        return cast("OpinionsReport", self._ask("opinion_groups", {"conversation": conversation}))
