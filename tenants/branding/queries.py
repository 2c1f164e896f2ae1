from django.core.files.storage import default_storage

from kernel.errors import NotFound
from kernel.remembered import Remembered
from kernel.tenancy import current_tenant
from tenants.branding.models import Branding

_branding: Remembered[str, Branding] = Remembered(seconds=30, most=10_000)
_logos: Remembered[tuple[str, str], bytes] = Remembered(seconds=600, most=200)


def branding() -> Branding:
    """The current organisation's branding; remembered in the process for 30 seconds."""
    return _branding.get(current_tenant().schema_name, lambda: Branding.objects.get(pk=1))


def forget_branding() -> None:
    _branding.forget()


def logo_file(digest: str) -> str:
    """The name under which a logo is kept among the organisation's files."""
    return f"branding/{digest}.png"


def logo(digest: str) -> bytes:
    """The picture of this digest, which is not empty. Raises NotFound for any but the one the organisation shows."""
    # Another process may have changed it within the seconds for which this one remembers.
    if digest != branding().logo and digest != Branding.objects.values_list("logo", flat=True).get(pk=1):
        raise NotFound
    return _logos.get((current_tenant().schema_name, digest), lambda: _read(digest))


def _read(digest: str) -> bytes:
    try:
        with default_storage.open(logo_file(digest)) as kept:
            content: bytes = kept.read()
    except FileNotFoundError as gone:
        raise NotFound from gone
    return content
