from django.apps import AppConfig

from kernel.zones import Zone


class RequestsConfig(AppConfig):
    name = "privacy.requests"
    label = "requests"
    zone = Zone.CONTROL
