from kernel.remembered import Remembered
from kernel.tenancy import current_tenant
from tenants.branding.models import Branding

_branding: Remembered[str, Branding] = Remembered(seconds=30, most=10_000)


def branding() -> Branding:
    """The current organisation's branding; remembered in the process for 30 seconds."""
    return _branding.get(current_tenant().schema_name, lambda: Branding.objects.get(pk=1))


def forget_branding() -> None:
    _branding.forget()
