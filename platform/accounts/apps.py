from django.apps import AppConfig

from kernel.zones import Zone


class AccountsConfig(AppConfig):
    name = "accounts"
    zone = Zone.ACCOUNTS

    def ready(self) -> None:
        from accounts import places

        places.listen()
