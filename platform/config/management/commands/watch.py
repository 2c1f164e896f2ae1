import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from prometheus_client import CollectorRegistry

from config.watching import WholeState
from kernel import metrics


class Command(BaseCommand):
    help = "Answer Prometheus at METRICS_LISTEN about the state of the whole, until stopped."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.METRICS_LISTEN:
            raise CommandError("Say where to answer: METRICS_LISTEN as host:port, where no site is.")
        stopped = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stopped.set())
        telling = CollectorRegistry(auto_describe=False)
        telling.register(WholeState())
        metrics.serve(settings.METRICS_LISTEN, telling)
        self.stdout.write("Watching.")
        stopped.wait()
