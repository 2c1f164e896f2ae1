from typing import Any

from django.core.management.base import BaseCommand

from conversations.queries.conversations import listed
from conversations.services import tallies
from kernel.tenancy import Tenant, each_tenant


class Command(BaseCommand):
    help = "Count every idea's votes and comments again, and say how many counters were wrong (it should be none)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.wrong = 0
        each_tenant(self._recount)
        self.stdout.write(f"{self.wrong} counters were wrong and are right now.")

    def _recount(self, _tenant: Tenant) -> None:
        for conversation in listed():
            self.wrong += tallies.recount(conversation=conversation.pk)
            tallies.count_conversation(conversation=conversation.pk)
