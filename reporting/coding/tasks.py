from uuid import UUID

from django.utils import timezone

from conversations.queries.conversations import project_with
from kernel.tasks import after_commit, platform_task, send_to_each_tenant, tenant_task
from reporting.coding.queries.frames import conversations_with_frames
from reporting.coding.services import suggesting, tending


@platform_task("coding.tend_everywhere")
def tend_everywhere() -> None:
    send_to_each_tenant("coding.tend")


@tenant_task("coding.tend")
def tend() -> None:
    """What was withdrawn or removed leaves coding; where enough was coded, suggestions are learned anew."""
    tending.forget_emptied()
    tending.mask_again()
    for conversation in conversations_with_frames(at=timezone.now()):
        if suggesting.is_due(conversation):
            after_commit("coding.suggest", conversation=str(conversation.pk))


@tenant_task("coding.suggest", minutes=30)
def suggest(*, conversation: str) -> None:
    suggesting.suggest(conversation=project_with(UUID(conversation)), at=timezone.now())
