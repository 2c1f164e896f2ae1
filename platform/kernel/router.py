from django.db import connections

from kernel.zones import Zone, is_kept_in, may_refer, zone_of


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
        return may_refer(self._zone(one), self._zone(other)) or may_refer(self._zone(other), self._zone(one))

    def allow_migrate(self, db: str, app_label: str, **_hints: object) -> bool:
        if db == "vault":
            return is_kept_in(app_label, Zone.VAULT)
        schema = getattr(connections[db], "schema_name", None)
        if schema is None:
            return False
        return is_kept_in(app_label, Zone.CONTROL if schema == "public" else Zone.TENANT)

    def _home(self, app_label: str) -> str | None:
        """None leaves it to Django: where a row came from, else the default database."""
        return "vault" if zone_of(app_label) is Zone.VAULT else None

    def _zone(self, row: object) -> Zone | None:
        return zone_of(row._meta.app_label)  # type: ignore[attr-defined]  # a model instance
