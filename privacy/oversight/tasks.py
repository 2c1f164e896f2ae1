from uuid import UUID

from kernel.tasks import platform_task, tenant_task
from privacy.oversight.services import anchors


@tenant_task("privacy.anchor")
def anchor(*, conversation: str) -> None:
    anchors.anchor_and_tell(conversation=UUID(conversation))


@platform_task("privacy.anchor_regularly")
def anchor_regularly() -> None:
    anchors.anchor()
