"""A deletion's parts in the vault: how each is emptied, a batch at a time, and how much of it is left."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from kernel.sessions import handle_key
from kernel.valkey import answering, vault_client
from privacy.keys.configured import key_store
from privacy.vault.endings import Keeping, Work
from privacy.vault.models import (
    Conversation,
    Described,
    Dispatch,
    Forgotten,
    Frozen,
    FrozenPart,
    Grant,
    Job,
    JobState,
    Letter,
    Mailing,
    Opinions,
    Person,
    Release,
    Roster,
    SupportMessage,
    Traces,
    Warned,
)
from privacy.vault.opened import forget_keys
from privacy.vault.refusals import NotClosed

_BATCH = 2_000
_OF_DELETION = [work.value for work in Work]

Rows = Callable[[Conversation], models.QuerySet[Any]]

# What a conversation has; what points at something before that, and people last.
_WAITING: dict[str, Rows] = {
    "dispatches": lambda owner: Dispatch.objects.filter(mailing__conversation=owner),
    "mailings": lambda owner: Mailing.objects.filter(conversation=owner),
    "letters": lambda owner: Letter.objects.filter(conversation=owner),
}
_PEOPLE: Rows = lambda owner: Person.objects.filter(conversation=owner)  # noqa: E731
_ROWS: dict[str, Rows] = {
    **_WAITING,
    "support": lambda owner: SupportMessage.objects.filter(conversation=owner),
    "warnings": lambda owner: Warned.objects.filter(person__conversation=owner),
    "grants": lambda owner: Grant.objects.filter(conversation=owner),
    "forgotten": lambda owner: Forgotten.objects.filter(conversation=owner),
    "rosters": lambda owner: Roster.objects.filter(conversation=owner),
    "frozen parts": lambda owner: FrozenPart.objects.filter(snapshot__conversation=owner),
    "frozen": lambda owner: Frozen.objects.filter(conversation=owner),
    "releases": lambda owner: Release.objects.filter(conversation=owner),
    "opinions": lambda owner: Opinions.objects.filter(conversation=owner),
    "described": lambda owner: Described.objects.filter(conversation=owner),
    "jobs": lambda owner: Job.objects.filter(conversation=owner.pk).exclude(verb__in=_OF_DELETION),
    "people": _PEOPLE,
}


def clear(owner: Conversation, what: Keeping) -> int:
    """Empty a part, or a batch of it; returns how much went. Raises NotClosed where people would go too early."""
    return _CLEAR[what](owner)


def left(owner: Conversation, what: Keeping) -> int:
    return _LEFT[what](owner)


def _clear_sessions(owner: Conversation) -> int:
    return sum(_end(owner, handles) for handles in _handles(owner))


def _sessions_left(owner: Conversation) -> int:
    count = 0
    with answering():
        for handles in _handles(owner):
            count += int(
                vault_client().exists(*(handle_key(owner.schema_name, handle) for handle in handles))
            )
    return count


def _handles(owner: Conversation) -> list[list[str]]:
    handles = list(Person.objects.filter(conversation=owner).values_list("handle", flat=True))
    return [handles[n : n + _BATCH] for n in range(0, len(handles), _BATCH)]


def _end(owner: Conversation, handles: list[str]) -> int:
    names = [handle_key(owner.schema_name, handle) for handle in handles]
    with answering():
        client = vault_client()
        pipe = client.pipeline(transaction=False)
        for name in names:
            pipe.smembers(name)
        sessions = [session for found in pipe.execute() for session in found]
        return int(client.delete(*names, *sessions)) and len(sessions) if names else 0


def _clear_mail(owner: Conversation) -> int:
    with transaction.atomic(using="vault"):
        gone = sum(_delete(rows(owner)) for rows in _WAITING.values())
        return gone + int(_waiting_jobs(owner).delete()[0])


def _mail_left(owner: Conversation) -> int:
    return sum(rows(owner).count() for rows in _WAITING.values()) + _waiting_jobs(owner).count()


def _waiting_jobs(owner: Conversation) -> models.QuerySet[Job]:
    """Work for the conversation that nobody has begun; what runs is waited for."""
    return Job.objects.filter(conversation=owner.pk).exclude(
        Q(state=JobState.RUNNING) | Q(verb__in=_OF_DELETION)
    )


def _clear_codes(owner: Conversation) -> int:
    with answering():
        names = list(_codes(owner))
        return int(vault_client().delete(*names)) if names else 0


def _codes_left(owner: Conversation) -> int:
    with answering():
        return len(list(_codes(owner)))


def _codes(owner: Conversation) -> Iterator[bytes]:
    return vault_client().scan_iter(match=f"vault:{owner.pk.hex}:*", count=_BATCH)


def _clear_people(owner: Conversation) -> int:
    if not (owner.is_closed and Traces.objects.filter(conversation=owner).exists()):
        raise NotClosed
    for rows in _ROWS.values():
        batch = list(rows(owner).values_list("pk", flat=True)[:_BATCH])
        if batch:
            if rows is _PEOPLE:
                _end(owner, list(rows(owner).filter(pk__in=batch).values_list("handle", flat=True)))
            with transaction.atomic(using="vault"):
                _delete(rows(owner).filter(pk__in=batch))
            return len(batch)
    return 0


def _people_left(owner: Conversation) -> int:
    return sum(rows(owner).count() for rows in _ROWS.values())


def _clear_keys(owner: Conversation) -> int:
    """Keys first: as long as the conversation's row is there, a crash is seen and this is done again."""
    if _people_left(owner):
        raise NotClosed
    key_store().destroy(owner.organisation, owner.pk)
    forget_keys(owner.pk)
    with transaction.atomic(using="vault"):
        Job.objects.filter(conversation=owner.pk).delete()
        owner.delete()
    return 1


def _keys_left(owner: Conversation) -> int:
    return Conversation.objects.filter(pk=owner.pk).count()


def _delete(rows: models.QuerySet[Any]) -> int:
    """How many of these, without what went with them."""
    return int(rows.delete()[1].get(rows.model._meta.label, 0))


_CLEAR: dict[Keeping, Callable[[Conversation], int]] = {
    Keeping.SESSIONS: _clear_sessions,
    Keeping.MAIL: _clear_mail,
    Keeping.CODES: _clear_codes,
    Keeping.PEOPLE: _clear_people,
    Keeping.KEYS: _clear_keys,
}
_LEFT: dict[Keeping, Callable[[Conversation], int]] = {
    Keeping.SESSIONS: _sessions_left,
    Keeping.MAIL: _mail_left,
    Keeping.CODES: _codes_left,
    Keeping.PEOPLE: _people_left,
    Keeping.KEYS: _keys_left,
}
