from django.apps import AppConfig

from kernel.zones import Zone


class VaultConfig(AppConfig):
    name = "privacy.vault"
    label = "vault"
    zone = Zone.VAULT

    def ready(self) -> None:
        from privacy.vault import stores
        from privacy.vault.interface import forget_organisation
        from tenants.registry import forget_at_deletion

        forget_at_deletion(forget_organisation)
        stores.register()
