from django.apps import AppConfig

from kernel.zones import Zone


class WebhooksConfig(AppConfig):
    name = "tenants.webhooks"
    label = "webhooks"
    zone = Zone.TENANT
