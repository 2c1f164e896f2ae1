from django.conf import settings

from kernel.tenancy import current_tenant
from tenants.queries import primary_host


def own_address() -> str:
    """Where the current organisation's site answers, with scheme and port: `https://acme.example/`."""
    return address_of(primary_host(current_tenant()))


def address_of(host: str) -> str:
    """The first page of a host, with scheme and port."""
    base, _colon, port = settings.BASE_DOMAIN.partition(":")
    is_ours = host == base or host.endswith(f".{base}")
    scheme = "http" if settings.PLAIN_HTTP else "https"
    return f"{scheme}://{host}{f':{port}' if port and is_ours else ''}/"
