from django.apps import AppConfig

from kernel.zones import Zone


class ConversationsConfig(AppConfig):
    name = "conversations"
    zone = Zone.TENANT
