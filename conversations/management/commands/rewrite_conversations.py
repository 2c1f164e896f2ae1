from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from conversations.services import rewriting
from kernel.tenancy import Tenant, each_tenant


class Command(BaseCommand):
    help = "Do the nightly rewrite now, for every organisation."

    def handle(self, *_args: Any, **_options: Any) -> None:
        each_tenant(self._rewrite)

    def _rewrite(self, _tenant: Tenant) -> None:
        rewriting.rewrite_all(at=timezone.now())
