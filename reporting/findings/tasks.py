from uuid import UUID

from django.utils import timezone

from conversations.queries.conversations import project_with
from kernel.tasks import platform_task, send_to_each_tenant, tenant_task
from reporting.findings.queries.opinions import run_of, runs_under_way
from reporting.findings.services import opinions


@platform_task("findings.go_on_everywhere")
def go_on_everywhere() -> None:
    send_to_each_tenant("findings.go_on_with_all")


@tenant_task("findings.go_on_with_all", minutes=15)
def go_on_with_all() -> None:
    for run in runs_under_way():
        opinions.go_on(run=run, at=timezone.now())


@tenant_task("findings.go_on", minutes=15)
def go_on(*, conversation: str) -> None:
    run = run_of(project_with(UUID(conversation)))
    if run is not None:
        opinions.go_on(run=run, at=timezone.now())
