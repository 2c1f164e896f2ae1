from uuid import UUID

from django.utils import timezone

from kernel.tasks import platform_task, send_to_each_tenant, tenant_task
from tenants.services import provisioning
from tenants.webhooks import services as webhooks


@platform_task("tenants.provision")
def provision(*, job: str) -> None:
    provisioning.run(UUID(job), at=timezone.now())


@platform_task("tenants.provision_waiting")
def provision_waiting() -> None:
    provisioning.run_waiting(at=timezone.now())


@platform_task("tenants.tell_everywhere")
def tell_everywhere() -> None:
    send_to_each_tenant("tenants.tell")


@tenant_task("tenants.tell")
def tell() -> None:
    """Note what happened to projects, and send what is due to the organisation's own systems."""
    now = timezone.now()
    webhooks.collect(at=now)
    webhooks.deliver_due(at=now)
