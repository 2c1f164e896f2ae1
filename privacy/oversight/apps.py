from django.apps import AppConfig

from kernel.zones import Zone


class OversightConfig(AppConfig):
    name = "privacy.oversight"
    label = "oversight"
    zone = Zone.CONTROL

    def ready(self) -> None:
        from privacy.oversight.services.duty import forget_duty
        from tenants.registry import forget_at_deletion

        forget_at_deletion(forget_duty)
