"""Reads of webhooks, inside the organisation."""

from uuid import UUID

from kernel.errors import NotFound
from tenants.webhooks.models import Delivery, Endpoint

_MOST = 50


def endpoints() -> list[Endpoint]:
    return list(Endpoint.objects.order_by("since", "pk"))


def endpoint(found: UUID) -> Endpoint:
    """Raises NotFound."""
    kept = Endpoint.objects.filter(pk=found).first()
    if kept is None:
        raise NotFound
    return kept


def deliveries() -> list[Delivery]:
    """The newest events first."""
    found = Delivery.objects.select_related("event", "endpoint")
    return list(found.order_by("-event__at", "pk")[:_MOST])
