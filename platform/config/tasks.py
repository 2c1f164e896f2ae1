from django.utils import timezone

from kernel import backups
from kernel.tasks import platform_task


@platform_task("config.prune_backups")
def prune_backups() -> None:
    """Backups go on their day, also where nobody makes new ones."""
    backups.prune(at=timezone.now())
