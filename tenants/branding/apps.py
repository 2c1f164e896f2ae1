from django.apps import AppConfig

from kernel.zones import Zone


class BrandingConfig(AppConfig):
    name = "tenants.branding"
    label = "branding"
    zone = Zone.TENANT
