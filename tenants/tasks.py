from uuid import UUID

from django.utils import timezone

from kernel.tasks import platform_task
from tenants.services import provisioning


@platform_task("tenants.provision")
def provision(*, job: str) -> None:
    provisioning.run(UUID(job), at=timezone.now())


@platform_task("tenants.provision_waiting")
def provision_waiting() -> None:
    provisioning.run_waiting(at=timezone.now())
