from django.apps import AppConfig

from kernel.zones import Zone


class CodingConfig(AppConfig):
    name = "reporting.coding"
    label = "coding"
    zone = Zone.TENANT
