from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from kernel.zones import zone_of

_MOST_DAYS = 14


@register()
def every_model_has_a_zone(
    app_configs: Sequence[AppConfig] | None,
    **_unused: Any,  # noqa: ANN401  (Django passes what it likes)
) -> list[CheckMessage]:
    """No table may exist that nobody decided a home for."""
    return [
        Error(
            f"{app.label} has models but no zone.", hint="Declare `zone` on its AppConfig.", id="kernel.E001"
        )
        for app in app_configs or apps.get_app_configs()
        if any(True for _ in app.get_models()) and zone_of(app.label) is None
    ]


@register()
def backups_have_a_short_life(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  (Django's own shape of a check)
    **_unused: Any,  # noqa: ANN401  (Django passes what it likes)
) -> list[CheckMessage]:
    """Deletion promises an end to backups too: thirty days after completion nothing is left in one."""
    return [
        Error(f"{name} is not between 1 and {_MOST_DAYS}.", hint="Seven days are usual.", id="kernel.E002")
        for name in ("BACKUP_DAYS", "VAULT_BACKUP_DAYS")
        if not 1 <= getattr(settings, name) <= _MOST_DAYS
    ]
