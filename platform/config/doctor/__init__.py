"""`manage doctor`: looks at the configuration as it really is, and explains in plain sentences what to mend."""

from config.doctor import configuration, databases, stores, wires
from config.doctor.findings import Check, Finding, Level

# In the order in which they are told. Each looks at what this process has, and is silent about the rest.
CHECKS: dict[str, Check] = {
    "settings": configuration.settings_are_for_production,
    "secrets": configuration.secrets_are_strong,
    "role": configuration.only_its_own_secrets,
    "tls": configuration.tls_is_on,
    "web login": databases.web_login_can_little,
    "owner login": databases.owner_is_no_superuser,
    "vault login": databases.vault_login_is_apart,
    "servers": databases.servers_keep_quiet,
    "catalogue": databases.catalogue_is_hidden,
    "migrations": databases.migrations_are_there,
    "clock": databases.clocks_agree,
    "way to the vault": stores.way_to_the_vault,
    "certificates": wires.certificates_hold,
    "wires": wires.wires_are_sealed,
    "keys": stores.keys_are_apart,
    "valkey": stores.valkey_users_are_apart,
    "files": stores.files_have_versions,
    "mail": stores.mail_leaves,
    "disk": stores.disk_has_room,
}

__all__ = ["CHECKS", "Finding", "Level"]
