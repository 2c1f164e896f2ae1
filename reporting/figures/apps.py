from django.apps import AppConfig

from kernel.zones import Zone


class FiguresConfig(AppConfig):
    name = "reporting.figures"
    label = "figures"
    zone = Zone.TENANT
