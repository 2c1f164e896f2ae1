from kernel.addresses import on_host
from kernel.tenancy import current_tenant
from tenants.queries import primary_host


def own_address() -> str:
    """Where the current organisation's site answers, with scheme and port: `https://acme.example/`."""
    return on_host(primary_host(current_tenant()))
