from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, for limits only; it is never stored or logged as it is."""
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        # The proxy of ours is the last to have added to the header; what stands before may be invented.
        return str(request.headers.get("X-Forwarded-For", "")).rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
