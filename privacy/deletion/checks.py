"""Whether the settings leave enough of the thirty days."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

_MOST_DAYS = 5


@register()
def deletions_begin_in_time(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  (Django's own shape of a check)
    **_unused: Any,  # noqa: ANN401  (Django passes what it likes)
) -> list[CheckMessage]:
    """Rows are promised to be gone seven days after completion."""
    if 0 <= settings.DAYS_BEFORE_DELETION <= _MOST_DAYS:
        return []
    return [
        Error(
            f"DAYS_BEFORE_DELETION is not between 0 and {_MOST_DAYS}.",
            hint="Three days leave participants time for their own copy.",
            id="deletion.E001",
        )
    ]
