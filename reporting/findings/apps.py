from django.apps import AppConfig

from kernel.zones import Zone


class FindingsConfig(AppConfig):
    name = "reporting.findings"
    label = "findings"
    zone = Zone.TENANT

    def ready(self) -> None:
        # Only now: services need the models of every app.
        from privacy.stores import Step, register_store
        from reporting.findings.services.opinions import OPINIONS

        register_store(OPINIONS, step=Step.ROWS)
