"""
Doing what somebody asked for with a code: finding them everywhere, part by part, and the proof.

Each step is one transaction that starts from the rows as they are. Whatever dies in between is taken
up by the next look of the runner; nothing here is done twice that cannot be.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec
import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from privacy.keys.store import KeysUnavailable
from privacy.vault import request_words
from privacy.vault.addresses import Address, read_address
from privacy.vault.columns import code_of
from privacy.vault.departures import let_go, new_reference
from privacy.vault.models import Conversation, Person, RequestContact, RequestPart, SupportMessage
from privacy.vault.opened import Opened, opened_for, opened_platform
from privacy.vault.people import (
    attributes_of,
    end_sessions,
    new_handle,
    people_at,
    person_named,
    set_attributes,
    set_email,
    set_phone,
)
from privacy.vault.population import remembered_of
from privacy.vault.rights import RequestKind, RequestState, Wish
from privacy.vault.shapes import Contributions
from privacy.vault.verbs.holding import held_about
from privacy.vault.verbs.requests import (
    FORGOTTEN_AFTER,
    asker_of,
    digest_of,
    new_part,
    place_of,
    today,
    write,
)

log = structlog.get_logger("privacy.requests")

# A copy's length would tell whether there was anybody.
_COPY_STEP = 64 * 1024
_AREA = "area"


def advance(*, at: datetime) -> int:
    """One step of every request that can take one; returns how many steps were taken."""
    RequestContact.objects.filter(forget_on__lte=today(), sealed__isnull=False).update(
        sealed=None, sealed_copy=None
    )
    confirmed = RequestContact.objects.filter(state=RequestState.CONFIRMED)
    return sum(_step(contact.pk, at) for contact in confirmed.order_by("pk").only("pk"))


def _step(contact: UUID, at: datetime) -> int:
    try:
        with transaction.atomic(using="vault"):
            # Another runner that is at it keeps it.
            held = (
                RequestContact.objects.select_for_update(skip_locked=True)
                .filter(pk=contact, state=RequestState.CONFIRMED)
                .first()
            )
            return 0 if held is None else _next(opened_platform(), held, at)
    except KeysUnavailable:
        # Nobody can say yet whether somebody is there, so it waits: what is left out would never be found.
        log.warning("request_waits_for_keys")
        return 0


def _next(keys: Opened, contact: RequestContact, at: datetime) -> int:
    if not contact.is_found:
        _find(keys, contact)
        return 1
    part = RequestPart.objects.filter(request=contact, is_done=False).order_by("pk").first()
    if part is not None:
        return 0 if contact.kind == RequestKind.COPY else _do(keys, contact, part)
    if contact.ready_at is None or contact.ready_at > at or _is_leaving(keys, contact):
        return 0
    _finish(keys, contact)
    return 1


def _find(keys: Opened, contact: RequestContact) -> None:
    """Ask every conversation by its own blind index. None of them learns of another."""
    address = _address(keys, contact)
    places = [opened_for(conversation) for conversation in _conversations(contact)]
    people = people_at(places, address)
    waiting = set(SupportMessage.objects.filter(is_done=False).values_list("conversation", flat=True))
    parts = []
    for there in places:
        place = there.conversation.pk
        person = people.get(place)
        if person is not None or (place in waiting and _calls(there, address)):
            # Somebody who only called for help wrote nothing that an organisation could hand in.
            is_done = person is None and contact.kind == RequestKind.COPY
            parts.append(new_part(keys, contact, place, person, is_done=is_done))
    RequestPart.objects.bulk_create(parts)
    contact.is_found = True
    contact.save(update_fields=["is_found"])


def _conversations(contact: RequestContact) -> list[Conversation]:
    """Those with anybody in them. Where the people are gone, there is nothing, and maybe no key either."""
    people = Person.objects.filter(conversation=OuterRef("pk"))
    calls = SupportMessage.objects.filter(conversation=OuterRef("pk"), is_done=False)
    found = Conversation.objects.filter(Q(Exists(people)) | Q(Exists(calls)))
    if contact.organisation is not None:
        found = found.filter(organisation=contact.organisation)
    return list(found.order_by("pk"))


def _do(keys: Opened, contact: RequestContact, part: RequestPart) -> int:
    place, named = place_of(keys, part)
    conversation = Conversation.objects.filter(pk=place).first()
    if conversation is not None:
        there = opened_for(conversation)
        person = None if named is None else person_named(there, named)
        wish = msgspec.convert(asker_of(keys, contact)["wish"], Wish)
        if contact.kind == RequestKind.DELETION:
            for call in _calls(there, _address(keys, contact)):
                call.delete()
            if person is not None:
                let_go(there, person, Contributions.KEEP if wish.keeps else Contributions.WITHDRAW)
        elif person is not None:
            _correct(there, person, wish)
    part.is_done = True
    part.save(update_fields=["is_done"])
    return 1


def _correct(keys: Opened, person: Person, wish: Wish) -> None:
    """Change what was wished for. Where somebody else has the address or number, that stays as it is."""
    ended = person.handle
    if wish.email:
        _set_free(keys, person, Address("email", wish.email))
    if wish.phone:
        _set_free(keys, person, Address("phone", wish.phone))
    if wish.group:
        _correct_group(keys, person, code_of(wish.group), code_of(wish.value))
    Person.objects.filter(pk=person.pk).update(handle=new_handle())
    end_sessions(keys, ended)


def _correct_group(keys: Opened, person: Person, group: str, value: str) -> None:
    """Only to what the list has, for others too: a group of one would be a person."""
    known, remembered = attributes_of(keys, person), remembered_of(keys)
    if value in remembered.labels.get(group, {}):
        known = replace(known, dimensions={**known.dimensions, group: value})
    elif group == _AREA and value in {area for (area, _groups), _people in remembered.kinds}:
        known = replace(known, area=value)
    set_attributes(keys, person, known)
    person.save(update_fields=["sealed_attributes"])


def _set_free(keys: Opened, person: Person, address: Address) -> None:
    (set_email if address.kind == "email" else set_phone)(keys, person, address)
    columns = [f"{address.kind}_index", f"sealed_{address.kind}"]
    try:
        with transaction.atomic(using="vault"):
            person.save(update_fields=columns)
    except IntegrityError:
        person.refresh_from_db(fields=columns)


def _is_leaving(keys: Opened, contact: RequestContact) -> bool:
    """Whether somebody's contributions still wait for the night. Of a copy or correction nobody leaves."""
    if contact.kind != RequestKind.DELETION:
        return False
    people = [place_of(keys, part)[1] for part in contact.parts.all()]
    return Person.objects.filter(pk__in=[person for person in people if person is not None]).exists()


def _finish(keys: Opened, contact: RequestContact) -> None:
    """Called done, with the letter that proves it and the code that opens it later."""
    access = new_reference()
    contact.access = digest_of(keys, contact.number, access)
    contact.state, contact.done_on = RequestState.DONE, today()
    contact.forget_on = contact.done_on + FORGOTTEN_AFTER
    parts = list(contact.parts.order_by("pk"))
    if contact.kind == RequestKind.COPY:
        content = _copy(keys, contact, parts)
        padded = -(-(len(content) + 4) // _COPY_STEP) * _COPY_STEP
        contact.sealed_copy = keys.seal("request", "copy", contact.id, content, padded_to=padded)
    names = _names(keys, parts)
    wish = msgspec.convert(asker_of(keys, contact)["wish"], Wish)
    until, number = contact.forget_on, contact.number

    def words() -> request_words.Words:
        if contact.kind == RequestKind.COPY:
            return request_words.of_copy(number, access, until=until)
        if contact.kind == RequestKind.DELETION:
            return request_words.of_deletion(number, access, names=names, keeps=bool(wish.keeps))
        return request_words.of_correction(number, access, names=names)

    write(keys, contact, words)
    contact.save()
    contact.parts.all().delete()


def _copy(keys: Opened, contact: RequestContact, parts: list[RequestPart]) -> bytes:
    """Everything, of all conversations, as JSON."""
    address = _address(keys, contact)
    found = []
    for part in parts:
        place, named = place_of(keys, part)
        conversation = Conversation.objects.filter(pk=place).first()
        if conversation is None:
            continue
        there = opened_for(conversation)
        person = None if named is None else person_named(there, named)
        own: dict[str, object] = {"conversation": conversation.name, "site": conversation.site}
        if person is not None:
            own["about_you"] = msgspec.to_builtins(held_about(there, person))
        own["you_asked_for_help"] = [_said(there, call) for call in _calls(there, address)]
        if part.sealed_content is not None:
            own |= msgspec.json.decode(keys.unseal("request_part", "content", part.id, part.sealed_content))
        found.append(own)
    whole = {"request": contact.number, "made_on": timezone.now().date(), "conversations": found}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2)


def _names(keys: Opened, parts: list[RequestPart]) -> list[str]:
    places = [place_of(keys, part)[0] for part in parts]
    return sorted(Conversation.objects.filter(pk__in=places).values_list("name", flat=True))


def _calls(keys: Opened, address: Address) -> list[SupportMessage]:
    """Open calls for help that leave this address as their contact."""
    waiting = SupportMessage.objects.filter(conversation=keys.conversation, is_done=False).order_by("pk")
    return [call for call in waiting if read_address(str(_content(keys, call)["contact"])) == address]


def _said(keys: Opened, call: SupportMessage) -> dict[str, str]:
    return {"day": call.written_on.isoformat(), "text": str(_content(keys, call)["text"])}


def _content(keys: Opened, call: SupportMessage) -> dict[str, object]:
    found: dict[str, object] = msgspec.json.decode(keys.unseal("support", "content", call.id, call.sealed))
    return found


def _address(keys: Opened, contact: RequestContact) -> Address:
    asker = asker_of(keys, contact)
    return Address(str(asker["kind"]), str(asker["text"]))
