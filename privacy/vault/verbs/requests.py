"""
Verbs of requests for one's data: a code to the address, what was chosen with it, how far it is.

No organisation speaks here: a request belongs to a person, who may be in several. Every answer and
every letter on the way is the same whether or not anybody has the address; only the last letter, into
the mailbox itself, says what was found.
"""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from kernel.text import one_line
from privacy.anonymity import Kind, owner_tags, part_tags, voter_tag
from privacy.vault import codes, letters, request_words
from privacy.vault.addresses import Address, read_address, read_email, read_phone
from privacy.vault.models import Conversation, RequestContact, RequestPart
from privacy.vault.opened import Opened, opened, opened_platform
from privacy.vault.people import person_named, secret_of
from privacy.vault.refusals import CodeRefused, NothingWished, OneAtATime, RequestOver, UnknownRequest
from privacy.vault.request_words import Words
from privacy.vault.rights import (
    CopyTags,
    CopyWanted,
    RequestKind,
    RequestLetter,
    RequestProgress,
    RequestShown,
    RequestState,
    Wish,
)
from privacy.vault.verb import Caller, verb
from privacy.vault.waking import wake_runner

_ASKER_BYTES = 2048
_PART_BYTES = 512
_TRIES = 10
_LONGEST_WORD = 80
# Stands beside what somebody chose while a code is on its way to their new address.
_PROVES_NEW = "proves_new"
# A copy is called ready after the slowest organisation had time to hand in its part.
_COPY_TAKES = timedelta(minutes=10)
# Contributions lose their ties in the night that begins at ten past three.
_NIGHT_IS_OVER = time(6, 0)
_ZONE = ZoneInfo("Europe/London")
FORGOTTEN_AFTER = timedelta(days=14)


@verb
def open_request(
    caller: Caller,  # noqa: ARG001  (a person asks, and no organisation)
    number: str,
    kind: RequestKind,
    address: str,
    organisation: UUID | None,
    language: str,
) -> None:
    """
    Keep an address under a number, and send it a code. The same again before the code came back replaces it.

    The answer, the time and the letter are the same whoever the address belongs to. Raises RequestOver.
    """
    keys, asked = opened_platform(), read_address(address)
    contact = RequestContact.objects.filter(number=number).first()
    if contact is not None and contact.state != RequestState.ASKED:
        raise RequestOver
    if contact is None:
        contact = RequestContact(id=uuid4(), number=number, asked_on=today())
    contact.kind, contact.organisation, contact.tries = kind, organisation, 0
    asker = {"kind": asked.kind, "text": asked.text, "language": language, "wish": asdict(Wish())}
    _seal_asker(keys, contact, asker)
    with transaction.atomic(using="vault"):
        _send_code(keys, contact, asked)


@verb
def send_request_code(caller: Caller, number: str) -> None:  # noqa: ARG001
    """
    A new code to the same address; the one before works no more, and what was chosen with it is asked again.

    Raises UnknownRequest, RequestOver.
    """
    keys, contact = opened_platform(), _contact(number)
    if contact.state != RequestState.ASKED:
        raise RequestOver
    contact.tries = 0
    _seal_asker(keys, contact, {**asker_of(keys, contact), _PROVES_NEW: False})
    with transaction.atomic(using="vault"):
        _send_code(keys, contact, _address_of(keys, contact))


@verb
def confirm_request(caller: Caller, number: str, code: str, wish: Wish) -> bool:  # noqa: ARG001
    """
    The address agreed: what was chosen is done from now on. The same again changes nothing.

    A new address or number has to agree as well, or a slip of the finger would lock somebody out: a second
    code goes there, and the answer is False until that one came back. Raises CodeRefused, NothingWished,
    OneAtATime, RequestOver.
    """
    keys = opened_platform()
    contact, _is_access = _known_by(keys, number, code)
    if contact.state == RequestState.CLOSED:
        raise RequestOver
    if contact.state != RequestState.ASKED:
        return True
    asker = asker_of(keys, contact)
    if not asker.get(_PROVES_NEW):
        wish = _checked(RequestKind(contact.kind), wish)
        new = _new_address(wish)
        _seal_asker(keys, contact, {**asker, "wish": asdict(wish), _PROVES_NEW: new is not None})
        if new is not None:
            with transaction.atomic(using="vault"):
                _send_code(keys, contact, new)
            return False
    contact.state, contact.confirmed_on = RequestState.CONFIRMED, today()
    contact.ready_at = _ready_at(RequestKind(contact.kind), at=timezone.now())
    contact.save(update_fields=["state", "sealed", "confirmed_on", "ready_at"])
    wake_runner()
    return True


@verb
def show_request(caller: Caller, number: str, code: str) -> RequestShown:  # noqa: ARG001
    """How far a request is, for whoever has a code of it. Raises CodeRefused, whatever the reason."""
    keys = opened_platform()
    contact, is_access = _known_by(keys, number, code)
    is_asked = contact.state == RequestState.ASKED
    has_copy = is_access and contact.sealed_copy is not None
    return RequestShown(
        kind=RequestKind(contact.kind),
        state=RequestState(contact.state),
        asked_on=contact.asked_on,
        done_on=contact.done_on,
        copy_until=contact.forget_on if has_copy else None,
        proves_new=is_asked and bool(asker_of(keys, contact).get(_PROVES_NEW)),
    )


@verb
def request_copy(caller: Caller, number: str, code: str) -> bytes:  # noqa: ARG001
    """The copy as JSON, for the second code alone: staff never have it. Raises CodeRefused, RequestOver."""
    keys = opened_platform()
    contact, is_access = _known_by(keys, number, code)
    if not is_access:
        raise CodeRefused
    if contact.sealed_copy is None:
        raise RequestOver
    return keys.unseal("request", "copy", contact.id, contact.sealed_copy)


@verb
def request_progress(caller: Caller, numbers: list[str]) -> dict[str, RequestProgress]:  # noqa: ARG001
    """How far the vault is with these; what it does not know is left out."""
    return {
        contact.number: RequestProgress(
            state=RequestState(contact.state), confirmed_on=contact.confirmed_on, done_on=contact.done_on
        )
        for contact in RequestContact.objects.filter(number__in=numbers).order_by("number")
    }


@verb
def write_to_asker(caller: Caller, number: str, letter: RequestLetter) -> None:  # noqa: ARG001
    """One of the letters that are ready, to the address. Raises UnknownRequest, RequestOver once that is gone."""
    keys, contact = opened_platform(), _contact(number)
    write(keys, contact, lambda: request_words.of_staff(letter, number))


@verb
def close_request(caller: Caller, number: str, letter: RequestLetter) -> None:  # noqa: ARG001
    """Refuse a request that was not done, and say so to the address. The same again changes nothing. Raises RequestOver."""
    keys, contact = opened_platform(), _contact(number)
    if contact.state == RequestState.CLOSED:
        return
    if contact.state == RequestState.DONE:
        raise RequestOver
    with transaction.atomic(using="vault"):
        write(keys, contact, lambda: request_words.of_staff(letter, number))
        RequestPart.objects.filter(request=contact).delete()
        contact.state, contact.forget_on = RequestState.CLOSED, today() + FORGOTTEN_AFTER
        contact.save(update_fields=["state", "forget_on"])


@verb
def copies_wanted(caller: Caller) -> list[CopyWanted]:
    """For the caller's own conversations: whose contributions are wanted for a copy. Numbers, and nobody."""
    keys = opened_platform()
    own = set(Conversation.objects.filter(organisation=caller.organisation).values_list("pk", flat=True))
    waiting = RequestPart.objects.filter(is_done=False, request__kind=RequestKind.COPY).order_by("pk")
    places = [(part.pk, place_of(keys, part)[0]) for part in waiting]
    return [
        CopyWanted(part=part, conversation=conversation)
        for part, conversation in places
        if conversation in own
    ]


@verb
def copy_tags(
    caller: Caller, conversation: UUID, part: UUID, ideas: list[UUID], split: list[UUID]
) -> CopyTags:
    """
    The tags of one person for one copy that waits; votes in the order of the ideas. Raises UnknownRequest.

    For somebody who is gone meanwhile there are none.
    """
    keys = opened(caller, conversation)
    waiting = _waiting_part(conversation, part)
    found = place_of(opened_platform(), waiting)[1]
    person = None if found is None else person_named(keys, found)
    if person is None:
        return CopyTags(ideas=[], comments=[], votes=[])
    secret = secret_of(keys, person)
    return CopyTags(
        ideas=[
            *owner_tags(secret, Kind.IDEA),
            *(tag for parent in split for tag in part_tags(secret, parent)),
        ],
        comments=owner_tags(secret, Kind.COMMENT),
        votes=[voter_tag(secret, idea) for idea in ideas],
    )


@verb
def hand_in_copy(caller: Caller, conversation: UUID, part: UUID, content: bytes) -> None:
    """What somebody wrote in one conversation, as JSON. It is sealed here. Raises UnknownRequest."""
    opened(caller, conversation)
    waiting = _waiting_part(conversation, part)
    sealed = opened_platform().seal("request_part", "content", part, content)
    RequestPart.objects.filter(pk=waiting.pk, is_done=False).update(sealed_content=sealed, is_done=True)
    wake_runner()


# Used by the runner, which does what was confirmed.


def asker_of(keys: Opened, contact: RequestContact) -> dict[str, object]:
    """Raises RequestOver once it is gone."""
    if contact.sealed is None:
        raise RequestOver
    found: dict[str, object] = json.loads(keys.unseal("request", "asker", contact.id, contact.sealed))
    return found


def write(
    keys: Opened, contact: RequestContact, words: Callable[[], Words], *, to: Address | None = None
) -> None:
    """A letter in the language of whoever asked, to their address unless another is said; `words` makes it."""
    asker = asker_of(keys, contact)
    with translation.override(str(asker["language"])):
        said = words()
    to = to or Address(str(asker["kind"]), str(asker["text"]))
    letters.write_of_platform(to, subject=said.subject, text=said.text, short=said.short)


def new_part(
    keys: Opened, contact: RequestContact, conversation: UUID, person: UUID | None, *, is_done: bool
) -> RequestPart:
    part = RequestPart(id=uuid4(), request=contact, is_done=is_done)
    plain = json.dumps([str(conversation), None if person is None else str(person)]).encode()
    part.sealed = keys.seal("request_part", "place", part.id, plain, padded_to=_PART_BYTES)
    return part


def place_of(keys: Opened, part: RequestPart) -> tuple[UUID, UUID | None]:
    """Conversation and person of a part; without a person there are calls for help alone."""
    conversation, person = json.loads(keys.unseal("request_part", "place", part.id, part.sealed))
    return UUID(conversation), None if person is None else UUID(person)


def digest_of(keys: Opened, number: str, code: str) -> bytes:
    """Of a code as it is typed: small letters, blanks and hyphens make no difference."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return keys.index("request code", f"{number} {plain}")


def _send_code(keys: Opened, contact: RequestContact, to: Address) -> None:
    code = codes.new_code()
    contact.code = digest_of(keys, contact.number, code)
    contact.save()
    # More often than that nobody asks for themselves: the letter stays out, the answer is the same.
    if codes.may_ask(keys, to):
        is_new = bool(asker_of(keys, contact).get(_PROVES_NEW))
        kind, number = RequestKind(contact.kind), contact.number
        write(keys, contact, lambda: request_words.of_code(kind, number, code, is_new=is_new), to=to)


def _known_by(keys: Opened, number: str, code: str) -> tuple[RequestContact, bool]:
    """The request, and whether the code was its second. Counts the try first. Raises CodeRefused."""
    tried = RequestContact.objects.filter(number=number)
    counted = tried.filter(tries__lt=_TRIES).update(tries=F("tries") + 1)
    contact = tried.first()
    given = digest_of(keys, number, code)
    is_first = hmac.compare_digest(given, b"" if contact is None else bytes(contact.code))
    is_access = hmac.compare_digest(given, bytes((contact and contact.access) or b""))
    if contact is None or not counted or not (is_first or is_access):
        raise CodeRefused
    tried.update(tries=0)
    return contact, is_access


def _checked(kind: RequestKind, wish: Wish) -> Wish:
    """Nothing but what this kind of request can wish for. Raises NothingWished."""
    if kind is RequestKind.COPY:
        return Wish()
    if kind is RequestKind.DELETION:
        if wish.keeps is None:
            raise NothingWished
        return Wish(keeps=wish.keeps)
    email, phone = read_email(wish.email), read_phone(wish.phone)
    group, value = one_line(wish.group)[:_LONGEST_WORD], one_line(wish.value)[:_LONGEST_WORD]
    is_wrong = (wish.email.strip() and email is None) or (wish.phone.strip() and phone is None)
    if is_wrong or bool(group) != bool(value) or not (email or phone or group):
        raise NothingWished
    return replace(
        Wish(),
        email=email.text if email else "",
        phone=phone.text if phone else "",
        group=group,
        value=value,
    )


def _new_address(wish: Wish) -> Address | None:
    """Raises OneAtATime: one code proves one of them."""
    if wish.email and wish.phone:
        raise OneAtATime
    return read_email(wish.email) or read_phone(wish.phone)


def _ready_at(kind: RequestKind, *, at: datetime) -> datetime:
    if kind is RequestKind.COPY:
        return at + _COPY_TAKES
    if kind is RequestKind.CORRECTION:
        return at
    here = at.astimezone(_ZONE)
    morning = datetime.combine(here.date(), _NIGHT_IS_OVER, tzinfo=_ZONE)
    # The night of a day that has begun counts only for who was early enough to be in it.
    return morning if here.time() < time(3, 0) else morning + timedelta(days=1)


def _seal_asker(keys: Opened, contact: RequestContact, asker: Mapping[str, object]) -> None:
    plain = json.dumps(asker).encode()
    contact.sealed = keys.seal("request", "asker", contact.id, plain, padded_to=_ASKER_BYTES)


def _address_of(keys: Opened, contact: RequestContact) -> Address:
    asker = asker_of(keys, contact)
    return Address(str(asker["kind"]), str(asker["text"]))


def _contact(number: str) -> RequestContact:
    found = RequestContact.objects.filter(number=number).first()
    if found is None:
        raise UnknownRequest
    return found


def _waiting_part(conversation: UUID, part: UUID) -> RequestPart:
    found = RequestPart.objects.filter(pk=part, is_done=False, request__kind=RequestKind.COPY).first()
    if found is None or place_of(opened_platform(), found)[0] != conversation:
        raise UnknownRequest
    return found


def today() -> date:
    return timezone.now().astimezone(_ZONE).date()
