"""
Mailings: what is sent to many, made once for each key, and for whom.

Nobody is chosen by what they did. A mailing goes to everybody who can be reached and has not
stopped; "something new is waiting" goes to those for whom it is true and to others besides.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connections, transaction
from django.db.models import Count, Q, QuerySet

from kernel.windows import window_before
from privacy.vault.models import (
    Conversation,
    Dispatch,
    DispatchState,
    Leaving,
    Mailing,
    MailingState,
    Person,
)
from privacy.vault.refusals import NotInvitedYet
from privacy.vault.shapes import MailingCounts, MailingKind, MailingStanding
from privacy.vault.waking import wake_runner

# A claim older than this belongs to no runner any more.
CLAIM = timedelta(minutes=15)
FEWEST = 11


def schedule(mailing: Mailing) -> None:
    """Enter a mailing, unless there is one with its key."""
    Mailing.objects.bulk_create([mailing], ignore_conflicts=True)
    wake_runner()


def release_due(*, at: datetime) -> None:
    """Make the dispatches of each mailing that is due, in the transaction that marks it released."""
    for due in Mailing.objects.filter(
        state=MailingState.SCHEDULED, due_at__lte=at, conversation__is_closed=False
    ):
        with transaction.atomic(using="vault"):
            is_ours = Mailing.objects.filter(pk=due.pk, state=MailingState.SCHEDULED).update(
                state=MailingState.RELEASED
            )
            if is_ours:
                _dispatch_to_all(due)


def resend(conversation: Conversation, *, at: datetime) -> int:
    """
    The invitation once more to those it failed for, those a crash left unknown, and those added since.

    Returns how many. Raises NotInvitedYet.
    """
    with transaction.atomic(using="vault"):
        released = Mailing.objects.filter(
            conversation=conversation, kind=MailingKind.INVITATION, state=MailingState.RELEASED
        )
        invitation = released.order_by("-due_at").select_for_update().first()
        if invitation is None:
            raise NotInvitedYet
        again = Dispatch.objects.filter(Q(state=DispatchState.FAILED) | unknown(at), mailing=invitation)
        count = again.update(state=DispatchState.WAITING, claimed_at=None)
        count += _dispatch_to_all(invitation)
    wake_runner()
    return count


def counts(conversation: Conversation, *, at: datetime) -> list[MailingCounts]:
    """
    By mailing, oldest first, in numbers of people.

    Not of what waits for somebody: how many mails left in a window is nobody's business.
    """
    mine = Mailing.objects.filter(conversation=conversation).exclude(kind=MailingKind.WAITING)
    return [count for _mailing, count in _counted(mine.order_by("due_at", "pk"), at)]


def newest(most: int, *, at: datetime) -> list[MailingStanding]:
    """The newest mailings of all organisations, with the same numbers."""
    all_of_them = Mailing.objects.exclude(kind=MailingKind.WAITING)
    last = list(all_of_them.order_by("-due_at").values_list("pk", flat=True)[:most])
    chosen = Mailing.objects.filter(pk__in=last).select_related("conversation").order_by("-due_at", "pk")
    return [
        MailingStanding(mailing.conversation.organisation, count) for mailing, count in _counted(chosen, at)
    ]


def _counted(mailings: QuerySet[Mailing], at: datetime) -> list[tuple[Mailing, MailingCounts]]:
    found = mailings.annotate(
        sent=Count("dispatch", filter=Q(dispatch__state=DispatchState.SENT)),
        failed=Count("dispatch", filter=Q(dispatch__state=DispatchState.FAILED)),
        left=Count("dispatch", filter=unknown(at, "dispatch__")),
        every=Count("dispatch"),
    )
    return [
        (
            mailing,
            MailingCounts(
                kind=MailingKind(mailing.kind),
                due_at=mailing.due_at,
                waiting=mailing.every - mailing.sent - mailing.failed - mailing.left,
                sent=mailing.sent,
                failed=mailing.failed,
                unknown=mailing.left,
            ),
        )
        for mailing in found
    ]


def unknown(at: datetime, prefix: str = "") -> Q:
    return Q(**{f"{prefix}state": DispatchState.CLAIMED, f"{prefix}claimed_at__lt": at - CLAIM})


# Windows ---------------------------------------------------------------------------------


def open_windows(*, at: datetime) -> None:
    """
    For each conversation whose window has begun since the last look: tell those who wait.

    The window is marked even when nobody waits. Otherwise a mail would leave right after the
    next delivery, and its time would tell whose contribution was answered.
    """
    for zone in Conversation.objects.values_list("time_zone", flat=True).distinct():
        begun = window_before(at, ZoneInfo(zone))
        due = Conversation.objects.filter(time_zone=zone, window_at__lt=begun, is_closed=False)
        for conversation in list(due):
            with transaction.atomic(using="vault"):
                if due.filter(pk=conversation.pk).update(window_at=begun):
                    _tell(conversation, begun)


def _tell(conversation: Conversation, begun: datetime) -> None:
    reachable, is_to_everybody = _pool(conversation)
    earlier = Mailing.objects.filter(conversation=conversation, kind=MailingKind.WAITING)
    # Whoever did not get the last one for sure, because of a crash or an absent mail server.
    left = Dispatch.objects.filter(
        mailing__in=earlier, state__in=[DispatchState.CLAIMED, DispatchState.WAITING]
    ).values("person")
    telling = reachable.filter(Q(is_waiting=True, is_told=False) | Q(pk__in=left))
    people = set(telling.values_list("pk", flat=True))
    # Who got which window is of no more use, and would be a diary.
    earlier.delete()
    if people:
        mailing = _waiting(conversation, key=begun.isoformat(), at=begun, is_to_everybody=is_to_everybody)
        mailing.save(force_insert=True)
        _send_among_others(mailing, people, reachable)


def tell_now(person: Person, *, key: str, at: datetime) -> None:
    """
    Something that bears no delay waits for somebody: the mail of the windows leaves at once, padded like any.

    Once for each key until the next window. Somebody no mail may reach is left to look by themselves.
    """
    reachable, is_to_everybody = _pool(person.conversation)
    mailing = _waiting(person.conversation, key=key, at=at, is_to_everybody=is_to_everybody)
    if Mailing.objects.filter(conversation=person.conversation, kind=mailing.kind, key=key).exists():
        Person.objects.filter(pk=person.pk, is_waiting=False).update(is_waiting=True, is_told=False)
        return
    Person.objects.filter(pk=person.pk).update(is_waiting=True, is_told=False)
    if reachable.filter(pk=person.pk).exists():
        mailing.save(force_insert=True)
        _send_among_others(mailing, {person.pk}, reachable)
        wake_runner()


def _waiting(conversation: Conversation, *, key: str, at: datetime, is_to_everybody: bool) -> Mailing:
    return Mailing(
        conversation=conversation,
        kind=MailingKind.WAITING,
        key=key,
        due_at=at,
        state=MailingState.RELEASED,
        is_to_everybody=is_to_everybody,
    )


def _send_among_others(mailing: Mailing, people: set[UUID], reachable: QuerySet[Person]) -> None:
    Person.objects.filter(pk__in=people).update(is_told=True)
    everybody = people | set(_decoys(reachable.exclude(pk__in=people), len(people)))
    Dispatch.objects.bulk_create([Dispatch(mailing=mailing, person_id=person) for person in everybody])


def _decoys(others: QuerySet[Person], real: int) -> Sequence[UUID]:
    """As many as the real ones, and so many that they are eleven together: a mail says at most "perhaps"."""
    ids = list(others.values_list("pk", flat=True))
    return secrets.SystemRandom().sample(ids, min(len(ids), max(FEWEST - real, real)))


def _pool(conversation: Conversation) -> tuple[QuerySet[Person], bool]:
    """
    Among whom somebody who waits can be hidden, and whether those who stopped are among them.

    Where too few take news, everybody who has not left; where even they are too few, nobody.
    """
    for pool, is_to_everybody in ((_reachable(conversation), False), (_present(conversation), True)):
        if pool.count() >= FEWEST:
            return pool, is_to_everybody
    return Person.objects.none(), False


def _reachable(conversation: Conversation) -> QuerySet[Person]:
    return _present(conversation).filter(is_stopped=False)


def _present(conversation: Conversation) -> QuerySet[Person]:
    return Person.objects.filter(
        Q(sealed_email__isnull=False) | Q(sealed_phone__isnull=False),
        conversation=conversation,
        leaving=Leaving.NO,
    )


def _dispatch_to_all(mailing: Mailing) -> int:
    """A dispatch for everybody who has none of this mailing yet, in one statement; returns how many."""
    reachable, values = _reachable(mailing.conversation).values("id").query.sql_with_params()
    with connections["vault"].cursor() as cursor:
        cursor.execute(_DISPATCH_TO_ALL.format(reachable=reachable), [mailing.pk, *values])
        return int(cursor.rowcount)


_DISPATCH_TO_ALL = """
    INSERT INTO vault_dispatch (id, mailing_id, person_id, state)
    SELECT gen_random_uuid(), %s, reachable.id, 'waiting' FROM ({reachable}) AS reachable
    ON CONFLICT (person_id, mailing_id) DO NOTHING
"""
