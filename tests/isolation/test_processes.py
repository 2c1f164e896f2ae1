"""What each process knows, and what runs where it should not."""

from types import SimpleNamespace

import pytest

from config.serve import children

EVERYTHING = {
    name: f"value of {name}"
    for name in (
        "DATABASE_URL",
        "OWNER_DATABASE_URL",
        "VAULT_DATABASE_URL",
        "VALKEY_URL",
        "VAULT_VALKEY_URL",
        "KEY_STORE",
    )
} | {"BROKER_URL": "broker", "SECRET_KEY": "secret", "BASE_DOMAIN": "localhost:8000", "DEMO": "False"}


def _environments(*, with_vault_service: bool) -> dict[str, SimpleNamespace]:
    started = children(EVERYTHING, port=8000, with_vault_service=with_vault_service)
    return {
        child.name: SimpleNamespace(knows=set(child.environment), command=child.command) for child in started
    }


@pytest.mark.parametrize("name", ["web", "worker", "scheduler"])
def test_beside_a_vault_service_the_web_tier_has_no_way_into_the_vault(name: str) -> None:
    """Adversary 14, I28: no vault database, no keys, no vault user of Valkey."""
    knows = _environments(with_vault_service=True)[name].knows

    assert not knows & {"VAULT_DATABASE_URL", "VAULT_VALKEY_URL", "KEY_STORE"}
    assert {"VAULT_URL", "VAULT_TOKEN"} <= knows


@pytest.mark.parametrize("with_vault_service", [True, False])
def test_nobody_who_serves_pages_can_change_tables(with_vault_service: bool) -> None:
    found = _environments(with_vault_service=with_vault_service)

    knowing = {name for name, process in found.items() if "OWNER_DATABASE_URL" in process.knows}
    assert knowing == {"provision"}
    assert "provision" in found["provision"].command


@pytest.mark.parametrize("name", ["vault-run", "vault-service"])
def test_the_vaults_processes_cannot_read_conversations(name: str) -> None:
    knows = _environments(with_vault_service=True)[name].knows

    assert not knows & {"DATABASE_URL", "VALKEY_URL", "BROKER_URL"}
    assert {"VAULT_DATABASE_URL", "KEY_STORE"} <= knows
