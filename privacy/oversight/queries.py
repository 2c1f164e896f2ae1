"""Reads of identifications and of the duty list. Each steps to the control plane by itself."""

from uuid import UUID

from kernel.errors import NotFound
from kernel.tenancy import control_plane, current_tenant
from privacy.oversight.models import Identification, OnDuty


def identification(identification: UUID, *, conversation: UUID) -> Identification:
    """Raises NotFound, also for one of another organisation or conversation."""
    with control_plane():
        found = Identification.objects.filter(
            pk=identification, conversation=conversation, organisation=current_tenant().organisation
        ).first()
    if found is None:
        raise NotFound
    return found


def identifications(*, conversation: UUID) -> list[Identification]:
    """All that were asked for in a conversation, newest first."""
    with control_plane():
        return list(
            Identification.objects.filter(
                conversation=conversation, organisation=current_tenant().organisation
            ).order_by("-asked_at")
        )


def on_duty() -> list[OnDuty]:
    """Who is called in need, for the current organisation."""
    with control_plane():
        return list(OnDuty.objects.filter(organisation=current_tenant().organisation).order_by("name", "pk"))
