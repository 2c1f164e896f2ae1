from django.apps import AppConfig

from kernel.zones import Zone


class FiguresConfig(AppConfig):
    name = "reporting.figures"
    label = "figures"
    zone = Zone.TENANT

    def ready(self) -> None:
        # Only now: services need the models of every app.
        from privacy.stores import Step, register_store
        from reporting.figures.services.published import RELEASED

        register_store(RELEASED, step=Step.CERTIFICATE)
