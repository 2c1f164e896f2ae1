import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from privacy.vault.runner import run_until


class Command(BaseCommand):
    help = "Send the vault's messages and do its jobs, until stopped."

    def handle(self, *_args: Any, **_options: Any) -> None:
        stopped = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stopped.set())
        self.stdout.write("The vault's runner is ready.")
        run_until(stopped)
