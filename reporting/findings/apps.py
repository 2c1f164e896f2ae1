from django.apps import AppConfig

from kernel.zones import Zone


class FindingsConfig(AppConfig):
    name = "reporting.findings"
    label = "findings"
    zone = Zone.TENANT
