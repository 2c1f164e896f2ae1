from django.apps import AppConfig

from kernel.zones import Zone


class DocumentsConfig(AppConfig):
    name = "reporting.documents"
    label = "documents"
    zone = Zone.TENANT
