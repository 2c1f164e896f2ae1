from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register

from kernel.zones import zone_of


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
