"""
The one way into the vault for the rest of the system.

`vault()` speaks for the current organisation: directly where this process holds the vault's
database (embedded default, tests), over HTTP where VAULT_URL names a vault service. Both give
the same answers and raise the same refusals.
"""

from typing import Any
from uuid import UUID

from django.conf import settings

from kernel.tenancy import Tenant, current_tenant
from privacy.vault.facade import Vault
from privacy.vault.verb import VERBS, Caller


def vault() -> Vault:
    """The vault, for the current organisation. Raises NoTenant outside of one."""
    return vault_for(current_tenant())


def vault_for(tenant: Tenant) -> Vault:
    caller = Caller(organisation=tenant.organisation, schema_name=tenant.schema_name)
    return Vault(caller, _ask_service if settings.VAULT_URL else ask_directly)


def vault_of_nobody() -> Vault:
    """The vault for what comes from outside and names no organisation. No conversation opens to it."""
    return vault_for(Tenant(schema_name="", organisation=UUID(int=0)))


def forget_organisation(tenant: Tenant) -> None:
    """At the deletion of an organisation: all its people and keys."""
    vault = vault_for(tenant)
    for conversation in vault.conversations():
        vault.purge(conversation=conversation)
    vault.end_organisation()


def ask_directly(caller: Caller, verb: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401
    from privacy.vault import verbs  # noqa: F401  (only a process that holds the vault may import them)

    return VERBS[verb](caller, **arguments)


def _ask_service(caller: Caller, verb: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401
    from privacy.vault.client import ask

    return ask(caller, verb, arguments)
