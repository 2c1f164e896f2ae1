from django.utils import timezone

from kernel.tasks import platform_task
from privacy.requests.services import following


@platform_task("requests.follow")
def follow() -> None:
    following.follow(at=timezone.now())


@platform_task("requests.remind")
def remind() -> None:
    following.remind(at=timezone.now())
