"""
Sentry and OpenTelemetry, both off until a setting names where to send.

What leaves is made here from names in our code and nothing else: no message, no value, no address, no host, no
path, no organisation. Sites of organisations are never traced: a trace is a time, and a time names an author.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    import sentry_sdk
    from opentelemetry.trace import Tracer

_MAY_LEAVE = ("event_id", "timestamp", "platform", "level", "exception", "tags", "fingerprint", "environment")


def send_fault(*, where: str, kinds: list[str], places: list[str]) -> None:
    """Tell Sentry, where SENTRY_DSN says so."""
    if not settings.SENTRY_DSN:
        return
    frames = []
    for place in places:
        module, function, line = place.rsplit(":", 2)
        frames.append({"module": module, "function": function, "lineno": int(line), "in_app": True})
    values = [
        {"type": kind.rpartition(".")[2], "module": kind.rpartition(".")[0]} for kind in reversed(kinds)
    ]
    values[-1] |= {"stacktrace": {"frames": frames}}  # type: ignore[dict-item]  # Sentry's own shape
    tags = {"where": where, "role": settings.ROLE or "all"}
    _sentry(settings.SENTRY_DSN).capture_event(
        {
            "level": "error",
            "exception": {"values": values},
            "tags": tags,
            "fingerprint": [where, *kinds, *places[-1:]],
        }
    )


@contextmanager
def span(name: str) -> Iterator[None]:
    """Measure a piece of work for OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT says so. `name` names code."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        yield
        return
    tracer = _tracer(settings.OTEL_EXPORTER_OTLP_ENDPOINT)
    # An exception is an event of a span by default, with its message.
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False):
        yield


def flush() -> None:
    """Send what still waits to be sent, before a process ends."""
    if settings.SENTRY_DSN:
        _sentry(settings.SENTRY_DSN).flush(timeout=2)
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        _provider(settings.OTEL_EXPORTER_OTLP_ENDPOINT).force_flush(2000)


@cache
def _sentry(dsn: str) -> "sentry_sdk.Client":
    import sentry_sdk

    return sentry_sdk.Client(
        dsn=dsn,
        before_send=_only_ours,
        # Nothing is collected by itself: what is sent is what `send_fault` made.
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        attach_stacktrace=False,
        auto_session_tracking=False,
        send_client_reports=False,
        server_name="",
        environment=settings.ROLE or "all",
    )


def _only_ours(event: Any, _hint: Any) -> Any:  # noqa: ANN401  (Sentry's own types)
    return {name: event[name] for name in _MAY_LEAVE if name in event}


@cache
def _provider(endpoint: str) -> Any:  # noqa: ANN401  (imported where it is asked for)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource({"service.name": f"conversations-{settings.ROLE or 'all'}"}))
    provider.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces"))
    )
    return provider


@cache
def _tracer(endpoint: str) -> "Tracer":
    tracer: Tracer = _provider(endpoint).get_tracer("conversations")
    return tracer
