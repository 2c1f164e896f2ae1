"""
Watches every query of every test: each zone is touched only in the way that is allowed.

Vault tables only inside a verb, control-plane tables only in the control plane, tenant tables
only as a tenant. The owner's connection, which migrates and provisions, is not watched.
"""

import re
from typing import Any

from django.apps import apps
from django.db.backends.signals import connection_created

from kernel.postgresql.base import CONTROL_PLANE
from kernel.zones import Zone, is_inside_vault, zone_of

violations: list[str] = []
_NAME = re.compile(r"\b[a-z]+_[a-z_]+\b")


def _zones() -> dict[str, Zone]:
    found = {}
    for model in apps.get_models():
        zone = zone_of(model._meta.app_label)
        assert zone is not None
        found[model._meta.db_table] = zone
    return found


def start() -> None:
    zones = _zones()

    def watch(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        connection = context["connection"]
        touched = set(_NAME.findall(statement)) & zones.keys()
        wrong = [table for table in touched if not _is_allowed(connection, zones[table])]
        violations.extend(
            f"{table} was touched where its zone ({zones[table]}) may not be" for table in wrong
        )
        return execute(statement, params, many, context)

    def install(connection: Any, **_unused: Any) -> None:
        if watch not in connection.execute_wrappers:
            connection.execute_wrappers.append(watch)

    connection_created.connect(install, weak=False, dispatch_uid="recorder")


def _is_allowed(connection: Any, zone: Zone) -> bool:
    if connection.alias == "owner":
        return zone is not Zone.VAULT
    if zone is Zone.VAULT:
        return connection.alias == "vault" and is_inside_vault()
    if zone is Zone.CONTROL:
        return bool(connection.alias == "default" and connection.place == CONTROL_PLANE)
    if zone is Zone.ACCOUNTS and connection.alias == "default" and connection.place == CONTROL_PLANE:
        return True
    place = connection.place if connection.alias == "default" else None
    return place is not None and bool(place.role == place.schema and place.schema.startswith("t_"))
