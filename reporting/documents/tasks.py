from uuid import UUID

from django.utils import timezone

from kernel.tasks import platform_task, send_to_each_tenant, tenant_task
from reporting.documents import queries
from reporting.documents.services import following, freezing, publishing


@tenant_task("documents.make", minutes=30)
def make(*, version: str) -> None:
    publishing.make_version(version=UUID(version))


@tenant_task("documents.freeze", minutes=30)
def freeze(*, conversation: str) -> None:
    freezing.freeze_asked(conversation=UUID(conversation), at=timezone.now())


@platform_task("documents.follow_everywhere")
def follow_everywhere() -> None:
    send_to_each_tenant("documents.follow")


@tenant_task("documents.follow", minutes=30)
def follow() -> None:
    """Quotes whose words were taken back go; what was asked for and is not there yet is gone on with."""
    following.follow_contributions()
    for conversation in queries.waiting_to_freeze():
        freezing.freeze_asked(conversation=conversation, at=timezone.now())
    publishing.go_on()
