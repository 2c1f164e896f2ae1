"""Where the platform's own sites answer, with scheme and port."""

from django.conf import settings


def on_base_host(path: str = "/") -> str:
    """A page of the base host, which belongs to no organisation."""
    return f"{_scheme()}://{settings.BASE_DOMAIN}{path}"


def on_console(path: str = "/") -> str:
    """A page of the console. A mail holds this and nothing else."""
    return f"{_scheme()}://console.{settings.BASE_DOMAIN}{path}"


def on_host(host: str) -> str:
    """The first page of an organisation's host; the port is ours where the host is."""
    base, _colon, port = settings.BASE_DOMAIN.partition(":")
    is_ours = host == base or host.endswith(f".{base}")
    return f"{_scheme()}://{host}{f':{port}' if port and is_ours else ''}/"


def _scheme() -> str:
    return "http" if settings.PLAIN_HTTP else "https"
