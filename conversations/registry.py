"""
Tables of packages above whose rows hang on contributions, so that the nightly rewrite takes them along.

Packages register in their `apps.ready`; this package imports none of them.
"""

from django.db import models

_rewritten: dict[type[models.Model], str] = {}


def rewrite_with(model: type[models.Model], *, condition: str) -> None:
    """`condition` finds a conversation's rows; each `%s` in it stands for the conversation. In the order of locks."""
    _rewritten[model] = condition


def rewritten() -> dict[type[models.Model], str]:
    return dict(_rewritten)
