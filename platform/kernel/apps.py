from django.apps import AppConfig

from kernel.zones import Zone


class KernelConfig(AppConfig):
    """Stands first among the installed apps, because it owns the `migrate` command."""

    name = "kernel"
    zone = Zone.CONTROL

    def ready(self) -> None:
        from django.utils.module_loading import autodiscover_modules

        from kernel import (
            checks,  # noqa: F401  (registers itself)
            faults,
        )

        faults.listen()

        # Services ask for tasks by name; every package's tasks must be known by then.
        autodiscover_modules("tasks")
