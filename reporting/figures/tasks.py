from uuid import UUID

from django.utils import timezone

from kernel.tasks import platform_task, send_to_each_tenant, tenant_task
from reporting.figures.services import releasing


@platform_task("figures.follow_everywhere")
def follow_everywhere() -> None:
    send_to_each_tenant("figures.follow")


@tenant_task("figures.follow", minutes=30)
def follow() -> None:
    releasing.follow_all()


@platform_task("figures.daily_everywhere")
def daily_everywhere() -> None:
    send_to_each_tenant("figures.daily")


@tenant_task("figures.daily", minutes=60)
def daily() -> None:
    releasing.ask_daily(at=timezone.now())


@tenant_task("figures.release", minutes=60)
def release(*, release: str) -> None:
    releasing.hand_over_one(release=UUID(release))
