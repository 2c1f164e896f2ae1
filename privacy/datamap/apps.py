from django.apps import AppConfig

from kernel.zones import Zone


class DataMapConfig(AppConfig):
    name = "privacy.datamap"
    label = "datamap"
    zone = Zone.CONTROL

    def ready(self) -> None:
        from privacy.datamap import places

        places.register()
