from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from kernel.zones import Zone, is_kept_in


def run_migrations(
    connection: BaseDatabaseWrapper, zone: Zone, progress: Callable[..., Any] | None = None
) -> None:
    """
    Django's own executor over the apps of one zone, where the connection stands.

    No signal is sent afterwards: content types and permissions are not kept in tenants.
    """
    executor = MigrationExecutor(connection, progress)
    executor.migrate([leaf for leaf in executor.loader.graph.leaf_nodes() if is_kept_in(leaf[0], zone)])
