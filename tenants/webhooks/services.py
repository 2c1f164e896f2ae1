"""
Telling an organisation's own systems what happened to its projects (decision 037).

What happened is found by asking, each minute, so nothing is lost where somebody was away. Each event becomes
a row for each endpoint, in the outbox; a task sends what is due, signed as Standard Webhooks describe, and
tries again later and later. It may arrive twice: its id says that it is the same.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import transaction

from kernel import audit, outgoing, sealing
from kernel.errors import DomainError
from kernel.outgoing import NotAllowedOut, NotDelivered
from kernel.tenancy import current_tenant
from tenants import registry
from tenants.models import Role
from tenants.permissions import Staff, require_role
from tenants.webhooks.models import Delivery, DeliveryState, Endpoint, Event, EventKind
from tenants.webhooks.queries import endpoint as endpoint_with

log = structlog.get_logger("tenants.webhooks")

MOST_ENDPOINTS = 10
# After each failure a longer time; about two days in all.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
_LOOKS_BACK, _KEPT = timedelta(days=2), timedelta(days=30)
# While somebody sends it, nobody else does.
_LEASE = timedelta(minutes=10)
_AT_ONCE = 20
_SECRET_PREFIX = "whsec_"  # noqa: S105  (of every secret of this kind)
_GIVEN_UP = "It did not answer for two days, so nothing is sent any more. Switch it on when it does."
_OK = range(200, 300)


class KindsMissing(DomainError):
    code = "webhook_kinds_missing"
    status = 422
    message = "Choose at least one thing to tell."


class TooManyEndpoints(DomainError):
    code = "too_many_webhooks"
    message = "There are 10 already. Remove one that nobody needs any more."


@dataclass(frozen=True, slots=True)
class Added:
    """`secret` is shown once; what is sent is signed with it."""

    endpoint: Endpoint
    secret: str


def add_endpoint(*, by: Staff, url: str, kinds: Collection[str], at: datetime) -> Added:
    """Raises RoleMissing, NotAllowedOut, KindsMissing, TooManyEndpoints."""
    require_role(by, Role.OPERATOR)
    url = url.strip()
    outgoing.target_of(url)
    chosen = sorted(set(kinds) & set(EventKind.values) - {EventKind.TEST.value})
    if not chosen:
        raise KindsMissing
    key = sealing.random_key()
    with transaction.atomic():
        if Endpoint.objects.count() >= MOST_ENDPOINTS:
            raise TooManyEndpoints
        made = Endpoint(url=url, kinds=chosen, since=at, by=by.id)
        made.sealed_secret = sealing.seal(_own_key(), key, _bound(made.pk))
        made.save(force_insert=True)
        _note("webhook added", by, made.pk)
    return Added(made, _SECRET_PREFIX + base64.b64encode(key).decode())


def switch(*, by: Staff, endpoint: UUID, is_on: bool) -> None:
    """What waited meanwhile is sent when it is switched on again. Raises RoleMissing, NotFound."""
    require_role(by, Role.OPERATOR)
    with transaction.atomic():
        found = endpoint_with(endpoint)
        found.is_on, found.problem = is_on, ""
        found.save(update_fields=["is_on", "problem"])
        _note("webhook switched on" if is_on else "webhook switched off", by, found.pk)


def remove(*, by: Staff, endpoint: UUID) -> None:
    """With its secret and its deliveries. Raises RoleMissing, NotFound."""
    require_role(by, Role.OPERATOR)
    with transaction.atomic():
        found = endpoint_with(endpoint)
        _note("webhook removed", by, found.pk)
        found.delete()


def ask_for_test(*, by: Staff, endpoint: UUID, at: datetime) -> None:
    """An event of no meaning to this one alone. Raises RoleMissing, NotFound."""
    require_role(by, Role.OPERATOR)
    with transaction.atomic():
        found = endpoint_with(endpoint)
        event = Event.objects.create(kind=EventKind.TEST, subject=uuid4(), at=at)
        Delivery.objects.create(endpoint=found, event=event, next_at=at)


# Finding and sending ---------------------------------------------------------------------


def collect(*, at: datetime) -> int:
    """Note what happened lately, once, and enter it for whoever is told. Returns how many events were new."""
    found = [one for find in registry.happenings() for one in find(at - _LOOKS_BACK, at)]
    new = 0
    for one in sorted(found, key=lambda happening: happening.at):
        with transaction.atomic():
            event, is_new = Event.objects.get_or_create(
                kind=one.kind, subject=one.subject, defaults={"project": one.project, "at": one.at}
            )
            if is_new:
                _enter(event, at)
                new += 1
    Event.objects.filter(at__lt=at - _KEPT).delete()
    return new


def _enter(event: Event, at: datetime) -> None:
    told = [one for one in Endpoint.objects.filter(since__lte=event.at) if event.kind in one.kinds]
    Delivery.objects.bulk_create(Delivery(endpoint=one, event=event, next_at=at) for one in told)


def deliver_due(*, at: datetime) -> int:
    """Send what is due, each while nobody else does. Returns how many arrived."""
    return sum(_send(one, at) for one in _claimed(at))


def _claimed(at: datetime) -> list[Delivery]:
    with transaction.atomic():
        due = Delivery.objects.filter(state=DeliveryState.WAITING, next_at__lte=at, endpoint__is_on=True)
        held = list(
            due.select_for_update(skip_locked=True, of=("self",))
            .select_related("endpoint", "event")
            .order_by("next_at")[:_AT_ONCE]
        )
        for one in held:
            one.attempts, one.next_at = one.attempts + 1, at + _LEASE
            one.save(update_fields=["attempts", "next_at"])
    return held


def _send(one: Delivery, at: datetime) -> bool:
    body = _body(one.event)
    try:
        answer = outgoing.post(one.endpoint.url, body, _headers(one, body, at))
    except NotDelivered as reason:
        return _later(one, at, None, str(reason))
    except NotAllowedOut:
        return _later(one, at, None, "leads to no public host at the moment")
    if answer not in _OK:
        return _later(one, at, answer, "answered with a refusal")
    Delivery.objects.filter(pk=one.pk).update(state=DeliveryState.DONE, answer=answer, problem="")
    return True


def _later(one: Delivery, at: datetime, answer: int | None, problem: str) -> bool:
    kept = Delivery.objects.filter(pk=one.pk)
    log.info("webhook_not_delivered", delivery=str(one.pk), attempts=one.attempts, answer=answer)
    if one.attempts <= len(WAITS):
        kept.update(next_at=at + WAITS[one.attempts - 1], answer=answer, problem=problem)
        return False
    with transaction.atomic():
        kept.update(state=DeliveryState.GIVEN_UP, answer=answer, problem=problem)
        Endpoint.objects.filter(pk=one.endpoint_id).update(is_on=False, problem=_GIVEN_UP)
    return False


def _body(event: Event) -> bytes:
    """Ids alone: whoever may know more asks the interface."""
    data = {"organisation": str(current_tenant().organisation), "subject": str(event.subject)}
    if event.project is not None:
        data["project"] = str(event.project)
    said = {"type": event.kind, "timestamp": event.at.isoformat(), "data": data}
    return json.dumps(said, separators=(",", ":")).encode()


def _headers(one: Delivery, body: bytes, at: datetime) -> dict[str, str]:
    key = sealing.unseal(_own_key(), bytes(one.endpoint.sealed_secret), _bound(one.endpoint_id))
    moment = str(int(at.timestamp()))
    signed = hmac.digest(key, b".".join((str(one.event_id).encode(), moment.encode(), body)), hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "webhook-id": str(one.event_id),
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


def _note(what: str, by: Staff, endpoint: UUID) -> None:
    organisation = current_tenant().organisation
    audit.record(what, by=by.id, organisation=organisation, about={"webhook": str(endpoint)})


def _own_key() -> bytes:
    return sealing.derive(settings.SECRET_KEY.encode(), "tenants.webhooks")


def _bound(endpoint: UUID) -> bytes:
    return sealing.context(current_tenant().schema_name, endpoint)
