from django.apps import AppConfig

from kernel.zones import Zone


class PortalConfig(AppConfig):
    name = "reporting.portal"
    label = "portal"
    zone = Zone.TENANT
