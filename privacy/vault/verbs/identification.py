"""
Verbs of last resort: a grant, decided by another, spent once; and names that were given freely.

The vault trusts nobody's word that a grant is good. It keeps the grants itself, spends each in one
conditional UPDATE, and tells every officer on its own list before it answers.
"""

import hmac
import json
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from nacl.exceptions import CryptoError

from privacy.anonymity import Kind, owner_tags, part_tags
from privacy.vault import letters, officers
from privacy.vault.addresses import Address
from privacy.vault.models import Grant, GrantState, Person, Warned
from privacy.vault.opened import Opened, opened
from privacy.vault.people import person_named, secret_of
from privacy.vault.refusals import (
    GrantSpent,
    NameNotHere,
    NobodyThere,
    NotGranted,
    NotWarned,
    OwnRequest,
    RequestDecided,
    RouteRefused,
)
from privacy.vault.shapes import Ground, Identified, Name, Written
from privacy.vault.verb import Caller, verb
from privacy.vault.verbs.contact import meter_author

_A_GRANT_LASTS = timedelta(hours=24)
_DAYS_TO_HEED = timedelta(days=3)
_WARNINGS = 2
_NAME_BYTES = 4096
STEP = "An identification has moved on"


@verb
def ask_identification(caller: Caller, conversation: UUID, about: Written, ground: Ground, by: UUID) -> UUID:
    """
    Enter a request to learn who wrote one contribution; returns the grant, which is not one yet.

    Raises RouteRefused, and NoOfficer where nobody would hear of it. Whether there is anybody, and
    whether the ground holds, is found out when an approved grant is spent.
    """
    keys = opened(caller, conversation)
    officers.listed(caller.organisation)
    keys.open_route(about.route, about.id)
    asked = Grant.objects.create(
        conversation=keys.conversation, mark=_mark(keys, about.id), ground=ground, asked_by=by
    )
    return asked.pk


@verb
def approve_identification(caller: Caller, conversation: UUID, grant: UUID, by: UUID) -> None:
    """
    Another than who asked lets them look, for 24 hours. The same approval again changes nothing.

    Raises OwnRequest, RequestDecided, NotGranted.
    """
    found = _grants(caller, conversation).filter(pk=grant)
    approved = found.filter(state=GrantState.ASKED).exclude(asked_by=by)
    until = timezone.now() + _A_GRANT_LASTS
    if approved.update(state=GrantState.APPROVED, decided_by=by, expires_at=until):
        return
    kept = found.first()
    if kept is None:
        raise NotGranted
    if kept.asked_by == by:
        raise OwnRequest
    if (kept.state, kept.decided_by) != (GrantState.APPROVED, by):
        raise RequestDecided


@verb
def refuse_identification(caller: Caller, conversation: UUID, grant: UUID, by: UUID) -> None:
    """End a request that was not spent yet. The same refusal again changes nothing. Raises RequestDecided."""
    found = _grants(caller, conversation).filter(pk=grant)
    open_ones = found.filter(state__in=[GrantState.ASKED, GrantState.APPROVED])
    if not open_ones.update(state=GrantState.REFUSED, decided_by=by, expires_at=None) and not (
        found.filter(state=GrantState.REFUSED).exists()
    ):
        raise RequestDecided


@verb
def identify(caller: Caller, conversation: UUID, about: Written, grant: UUID, by: UUID) -> Identified:
    """
    Whoever wrote one contribution, as the roster reaches them: once, to whoever asked, while the grant lasts.

    Raises NotGranted, GrantSpent, NoOfficer, OfficersNotReached; and, with the grant spent all the same,
    RouteRefused for what this person did not write (a vote among it), NobodyThere, NotWarned.
    """
    keys = opened(caller, conversation)
    meter_author(caller)
    found = keys.open_route(about.route, about.id)
    with transaction.atomic(using="vault"):
        # Whoever comes second waits here for the first, and then finds it spent.
        ground = _spend(keys, about.id, grant, by)
        officers.tell_now(caller.organisation, conversation)
    person = person_named(keys, found)
    if person is None:
        raise NobodyThere
    _require_author(keys, person, about)
    if ground == Ground.WARNINGS:
        _require_warned(person, about.day)
    return Identified(email=_unsealed(keys, person, "email"), phone=_unsealed(keys, person, "phone"))


@verb
def unseal_name(caller: Caller, conversation: UUID, contribution: UUID, sealed: bytes) -> Name:
    """
    The name somebody came forward with, for this one contribution.

    Raises NameNotHere for anything that was sealed for another purpose or another contribution.
    """
    keys = opened(caller, conversation)
    try:
        said = json.loads(keys.unseal_box(sealed)) if len(sealed) < _NAME_BYTES else {}
    except (CryptoError, ValueError) as reason:
        raise NameNotHere from reason
    if (
        not isinstance(said, dict)
        or said.keys() != {"name", "contact", "about"}
        or said["about"] != str(contribution)
    ):
        raise NameNotHere
    return Name(name=str(said["name"]), contact=str(said["contact"]))


@verb
def tell_officers(caller: Caller, conversation: UUID, head: str) -> None:
    """
    Mail every officer on the vault's own list that an identification has moved on, with the audit's newest head.

    Raises NoOfficer.
    """
    keys = opened(caller, conversation)
    text = f"{officers.link(caller.organisation, conversation)}\n{head}\n"
    with transaction.atomic(using="vault"):
        for email in officers.listed(caller.organisation):
            letters.write_letter(keys, Address("email", email), subject=STEP, text=text)


def _grants(caller: Caller, conversation: UUID) -> QuerySet[Grant]:
    return Grant.objects.filter(conversation=opened(caller, conversation).conversation)


def _spend(keys: Opened, contribution: UUID, grant: UUID, by: UUID) -> str:
    """The ground of a good grant, which is one no longer. Raises GrantSpent, NotGranted."""
    asked = Grant.objects.filter(
        pk=grant, conversation=keys.conversation, mark=_mark(keys, contribution), asked_by=by
    )
    good = Q(state=GrantState.APPROVED, expires_at__gt=timezone.now())
    if not asked.filter(good).update(state=GrantState.SEEN):
        raise GrantSpent if asked.filter(state=GrantState.SEEN).exists() else NotGranted
    return asked.values_list("ground", flat=True)[0]


def _require_author(keys: Opened, person: Person, about: Written) -> None:
    """A vote's route leads to its voter. The tag shows that this person wrote the contribution. Raises RouteRefused."""
    secret = secret_of(keys, person)
    tags = [tag for kind in Kind for tag in owner_tags(secret, kind)]
    if about.part_of is not None:
        tags += part_tags(secret, about.part_of)
    if not any(hmac.compare_digest(tag, about.tag) for tag in tags):
        raise RouteRefused


def _require_warned(person: Person, day: date) -> None:
    """Raises NotWarned unless there were two days to heed."""
    in_time = Warned.objects.filter(person=person, day__lte=day - _DAYS_TO_HEED)
    if in_time.values("day").distinct().count() < _WARNINGS:
        raise NotWarned


def _mark(keys: Opened, contribution: UUID) -> bytes:
    return keys.index("grant", contribution.hex)


def _unsealed(keys: Opened, person: Person, column: str) -> str:
    sealed = getattr(person, f"sealed_{column}")
    return "" if sealed is None else keys.unseal("person", column, person.id, sealed).decode()
