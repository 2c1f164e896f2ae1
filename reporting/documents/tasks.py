from uuid import UUID

from kernel.tasks import platform_task, send_to_each_tenant, tenant_task
from reporting.documents.services import following, publishing


@tenant_task("documents.make", minutes=30)
def make(*, version: str) -> None:
    publishing.make_version(version=UUID(version))


@platform_task("documents.follow_everywhere")
def follow_everywhere() -> None:
    send_to_each_tenant("documents.follow")


@tenant_task("documents.follow", minutes=30)
def follow() -> None:
    """Quotes whose words were taken back go; versions half made are gone on with."""
    following.follow_contributions()
    publishing.go_on()
