"""
What packages above hold of an organisation outside its schema, and how they forget it.

Packages register in their `apps.ready`; this package imports none of them.
"""

from collections.abc import Callable

from kernel.tenancy import Tenant

_at_deletion: list[Callable[[Tenant], None]] = []


def forget_at_deletion(forget: Callable[[Tenant], None]) -> None:
    """Register a function that may be run again and then finds nothing left to do."""
    if forget not in _at_deletion:
        _at_deletion.append(forget)


def at_deletion() -> list[Callable[[Tenant], None]]:
    return list(_at_deletion)
