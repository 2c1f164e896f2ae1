from django.apps import AppConfig

from kernel.zones import Zone


class CodingConfig(AppConfig):
    name = "reporting.coding"
    label = "coding"
    zone = Zone.TENANT

    def ready(self) -> None:
        # Only now: services need the models of every app.
        from conversations.registry import rewrite_with
        from privacy.stores import Step, register_store
        from reporting.coding.services import tending

        register_store(tending.CODING, step=Step.ROWS)
        for name, condition in tending.REWRITTEN.items():
            rewrite_with(self.get_model(name), condition=condition)
