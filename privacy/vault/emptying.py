"""A deletion's parts in the vault: how each is emptied, a batch at a time, and how much of it is left."""

from collections.abc import Callable

from django.db import models, transaction
from django.db.models import Q

from kernel.sessions import handle_key
from kernel.valkey import answering, vault_client
from privacy.keys.configured import key_store
from privacy.vault.models import (
    Conversation,
    Dispatch,
    Forgotten,
    Grant,
    Job,
    JobState,
    Letter,
    Mailing,
    Person,
    Roster,
    SupportMessage,
    Traces,
    Warned,
)
from privacy.vault.opened import forget_keys
from privacy.vault.refusals import NotClosed
from privacy.vault.shapes import Keeping, Work

_BATCH = 2_000

# By model, how its rows lead to a conversation; what points at something before that. People last.
ROWS: dict[type[models.Model], str] = {
    Dispatch: "mailing__conversation",
    Mailing: "conversation",
    Letter: "conversation",
    SupportMessage: "conversation",
    Warned: "person__conversation",
    Grant: "conversation",
    Forgotten: "conversation",
    Roster: "conversation",
    Person: "conversation",
}
_WAITING = (Dispatch, Mailing, Letter)
_OF_DELETION = [work.value for work in Work]


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
        gone = sum(_delete(model, owner) for model in _WAITING)
        return gone + int(_waiting_jobs(owner).delete()[0])


def _mail_left(owner: Conversation) -> int:
    return sum(_rows(model, owner).count() for model in _WAITING) + _waiting_jobs(owner).count()


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


def _codes(owner: Conversation) -> object:
    return vault_client().scan_iter(match=f"vault:{owner.pk.hex}:*", count=_BATCH)


def _clear_people(owner: Conversation) -> int:
    if not (owner.is_closed and Traces.objects.filter(conversation=owner).exists()):
        raise NotClosed
    for model in ROWS:
        rows = _rows(model, owner)
        batch = list(rows.values_list("pk", flat=True)[:_BATCH])
        if batch:
            if model is Person:
                _end(owner, list(rows.filter(pk__in=batch).values_list("handle", flat=True)))
            with transaction.atomic(using="vault"):
                model._default_manager.filter(pk__in=batch).delete()
            return len(batch)
    return int(Job.objects.filter(conversation=owner.pk).exclude(verb__in=_OF_DELETION).delete()[0])


def _people_left(owner: Conversation) -> int:
    jobs = Job.objects.filter(conversation=owner.pk).exclude(verb__in=_OF_DELETION).count()
    return jobs + sum(_rows(model, owner).count() for model in ROWS)


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


def _rows(model: type[models.Model], owner: Conversation) -> models.QuerySet[models.Model]:
    return model._default_manager.filter(**{ROWS[model]: owner})


def _delete(model: type[models.Model], owner: Conversation) -> int:
    return int(_rows(model, owner).delete()[1].get(model._meta.label, 0))


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
