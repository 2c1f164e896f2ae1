from django.apps import AppConfig

from kernel.zones import Zone


class DeletionConfig(AppConfig):
    name = "privacy.deletion"
    label = "deletion"
    zone = Zone.CONTROL

    def ready(self) -> None:
        # Registers the check of its settings.
        from privacy.deletion import checks, places  # noqa: F401
        from privacy.deletion.queries import happenings
        from privacy.deletion.services.ledger import supersede
        from tenants.registry import forget_at_deletion, register_happenings

        places.register()
        forget_at_deletion(supersede)
        register_happenings(happenings)
