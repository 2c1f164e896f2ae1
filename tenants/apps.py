from django.apps import AppConfig

from kernel.zones import Zone


class TenantsConfig(AppConfig):
    name = "tenants"
    zone = Zone.CONTROL

    def ready(self) -> None:
        # Only now: the database wrapper needs the models of other apps.
        from kernel.tenancy import register_directory
        from tenants.queries import Organisations
        from tenants.queries.projects import happenings
        from tenants.registry import register_happenings

        register_directory(Organisations())
        register_happenings(happenings)
