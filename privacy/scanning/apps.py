from django.apps import AppConfig

from kernel.zones import Zone


class ScanningConfig(AppConfig):
    name = "privacy.scanning"
    label = "scanning"
    # Each schema has the table in which an example is planted.
    zone = Zone.ACCOUNTS
