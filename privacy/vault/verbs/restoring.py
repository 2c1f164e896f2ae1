"""Verbs for what must stay gone when a backup comes back: remembered each night, asked for by a restore."""

from uuid import UUID, uuid4

from privacy.keys.configured import key_store
from privacy.vault.endings import Remains
from privacy.vault.models import Conversation, Person
from privacy.vault.opened import Opened, opened
from privacy.vault.refusals import RouteRefused
from privacy.vault.verb import Caller, verb


@verb
def remember_withdrawn(caller: Caller, conversation: UUID, entries: list[bytes]) -> None:
    """
    Keep what was withdrawn where no backup of a database reaches, without order and without groups.

    Asked before the rewrite commits, and again without harm. Raises UnknownConversation, KeysUnavailable.
    """
    keys = opened(caller, conversation)
    key_store().add_withdrawn(caller.organisation, keys.conversation.id, entries)


@verb
def remains(caller: Caller, conversation: UUID) -> Remains:
    """
    What a restored schema must be told: whether the conversation was or is purged, and what was withdrawn.

    Raises UnknownConversation where the vault does not hold it, and KeysUnavailable where its keys are away or
    lost: only the mark of their destruction says that it was purged.
    """
    store = key_store()
    closed = Conversation.objects.filter(pk=conversation, organisation=caller.organisation, is_closed=True)
    if store.is_destroyed(caller.organisation, conversation) or closed.exists():
        return Remains(is_purged=True, withdrawn=[])
    keys = opened(caller, conversation)
    return Remains(
        is_purged=False, withdrawn=sorted(store.withdrawn(caller.organisation, keys.conversation.id))
    )


@verb
def reroute(caller: Caller, conversation: UUID, ties: list[tuple[UUID, bytes]]) -> list[bytes]:
    """
    A new route for each, in the same order: to the same person, or to nobody where that person is gone.

    Restored routes lead to people who were erased since. All are made anew, so that the answer
    does not tell which these are.
    """
    keys = opened(caller, conversation)
    people = [_person_behind(keys, route, contribution) for contribution, route in ties]
    known = set(
        Person.objects.filter(conversation=keys.conversation, pk__in=set(people)).values_list("pk", flat=True)
    )
    return [
        keys.route_to(person if person in known else uuid4(), contribution)
        for person, (contribution, _route) in zip(people, ties, strict=True)
    ]


@verb
def end_organisation(caller: Caller) -> None:
    """Remember that the organisation was deleted, so that no backup brings it back."""
    key_store().end_organisation(caller.organisation)


@verb
def has_ended(caller: Caller) -> bool:
    """Whether the organisation was deleted, whatever a restored control plane says."""
    return key_store().has_ended(caller.organisation)


def _person_behind(keys: Opened, route: bytes, contribution: UUID) -> UUID:
    try:
        return keys.open_route(route, contribution)
    except RouteRefused:
        return uuid4()
