from django.db import connections

from kernel.zones import Zone, zone_of


class VaultRouter:
    """
    Sends each app to the database of its zone. Stands before django-tenants' router.

    django-tenants' router refuses every alias but its own and asks nothing about zones, so
    all its questions are answered here and it is never reached.
    """

    def db_for_read(self, model: type, **_hints: object) -> str | None:
        return self._home(model._meta.app_label)  # type: ignore[attr-defined]  # a model class

    def db_for_write(self, model: type, **_hints: object) -> str | None:
        return self._home(model._meta.app_label)  # type: ignore[attr-defined]  # a model class

    def allow_relation(self, one: object, other: object, **_hints: object) -> bool:
        return self._zone(one) is self._zone(other)

    def allow_migrate(self, db: str, app_label: str, **_hints: object) -> bool:
        zone = zone_of(app_label)
        if db == "vault":
            return zone is Zone.VAULT
        schema = getattr(connections[db], "schema_name", None)
        if schema is None:
            return False
        return zone is (Zone.CONTROL if schema == "public" else Zone.TENANT)

    def _home(self, app_label: str) -> str | None:
        """None leaves it to Django: where a row came from, else the default database."""
        return "vault" if zone_of(app_label) is Zone.VAULT else None

    def _zone(self, row: object) -> Zone | None:
        return zone_of(row._meta.app_label)  # type: ignore[attr-defined]  # a model instance
