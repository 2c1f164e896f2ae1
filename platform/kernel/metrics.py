"""
Numbers for Prometheus that tell of no single person: how many requests, how fast, and alarms by name.

Whoever keeps counts keeps times: a count that goes up by one at ten past three tells that somebody was there. So
requests are told in hundreds, without method, address or organisation; only what failed on our side is told at
once. They are served at an address of their own (METRICS_LISTEN), never on a site.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from threading import Lock

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

SITES = ("organisation", "console", "base")
OUTCOMES = ("served", "refused", "failed")
# Events that are logged as critical. Others are counted as `other`, because an event of a library may say anything.
ALARMS = ("connection_dropped", "key_file_lost", "no_officer_to_tell", "deletion_late", "other")
_HUNDRED = 100
_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass
class _Times:
    """How many requests took at most so long, in slots, and all their seconds together."""

    count: int = 0
    seconds: float = 0.0
    slots: list[int] = field(default_factory=lambda: [0] * (len(_SECONDS) + 1))


class _Requests(Collector):
    def __init__(self) -> None:
        self._lock = Lock()
        self._now: dict[tuple[str, str], _Times] = {}
        self._told: dict[tuple[str, str], _Times] = {}

    def note(self, site: str, outcome: str, seconds: float) -> None:
        with self._lock:
            times = self._now.setdefault((site, outcome), _Times())
            times.count += 1
            times.seconds += seconds
            times.slots[bisect_left(_SECONDS, seconds)] += 1
            if outcome == "failed" or times.count % _HUNDRED == 0:
                self._told[site, outcome] = replace(times, slots=list(times.slots))

    def collect(self) -> Iterator[Metric]:
        family = HistogramMetricFamily(
            "conversations_request_seconds",
            "Requests by site and outcome, told in hundreds; failed ones each.",
            labels=["site", "outcome"],
        )
        with self._lock:
            for (site, outcome), times in sorted(self._told.items()):
                bounds = [*(str(bound) for bound in _SECONDS), "+Inf"]
                sums = [sum(times.slots[: place + 1]) for place in range(len(bounds))]
                family.add_metric([site, outcome], list(zip(bounds, sums, strict=True)), times.seconds)
        yield family


class _Alarms(Collector):
    def __init__(self) -> None:
        self._lock = Lock()
        self._counts = dict.fromkeys(ALARMS, 0)

    def note(self, event: str) -> None:
        with self._lock:
            self._counts[event if event in ALARMS else "other"] += 1

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(
            "conversations_alarms", "Critical events of this process by name.", labels=["event"]
        )
        for event, count in self._counts.items():
            family.add_metric([event], count)
        yield family


_requests, _alarms = _Requests(), _Alarms()
note_request, note_alarm = _requests.note, _alarms.note


def registry() -> CollectorRegistry:
    """What one web process tells: its requests, its alarms, its memory and processor time."""
    made = CollectorRegistry(auto_describe=False)
    made.register(_requests)
    made.register(_alarms)
    ProcessCollector(registry=made)
    return made


def serve(listen: str, telling: CollectorRegistry) -> None:
    """Answer at `host:port` in a thread of its own. Raises OSError where the port is taken."""
    host, _colon, port = listen.rpartition(":")
    start_http_server(int(port), addr=host or "127.0.0.1", registry=telling)
