import pytest

from kernel.sessions import SealedRecords, handle_key
from kernel.tenancy import tenant_context
from kernel.valkey import vault_client, web_client
from tenants.models import Organisation

RECORDS = SealedRecords("session", seconds=60)


def test_a_record_is_read_replaced_and_ended(acme: Organisation) -> None:
    with tenant_context(acme.tenant):
        token = RECORDS.create(b"first")
        assert RECORDS.read(token) == b"first"

        RECORDS.replace(token, b"second")
        assert RECORDS.read(token) == b"second"

        RECORDS.end(token)
        RECORDS.replace(token, b"third")
        assert RECORDS.read(token) is None


def test_a_token_of_one_tenant_opens_nothing_in_another(acme: Organisation, beta: Organisation) -> None:
    """I4."""
    with tenant_context(acme.tenant):
        token = RECORDS.create(b"ours")

    with tenant_context(beta.tenant):
        assert RECORDS.read(token) is None


def test_a_record_moved_to_another_name_does_not_open(acme: Organisation, beta: Organisation) -> None:
    """I4: not even when somebody copies it in Valkey."""
    with tenant_context(acme.tenant):
        token = RECORDS.create(b"ours")
        name = RECORDS._open(token).name  # type: ignore[union-attr]
    web_client().copy(name, name.replace(acme.schema_name, beta.schema_name))

    with tenant_context(beta.tenant):
        assert RECORDS.read(token) is None


@pytest.mark.parametrize("token", ["", "x", "=" * 64, "a" * 64, "☂", "a" * 5000])
def test_a_strange_token_opens_nothing(acme: Organisation, token: str) -> None:
    with tenant_context(acme.tenant):
        assert RECORDS.read(token) is None
        RECORDS.end(token)


def test_the_vault_can_end_a_session_and_read_nothing_else(acme: Organisation) -> None:
    """The two users of Valkey: the vault sees session records it cannot open, the web no vault key."""
    import redis

    with tenant_context(acme.tenant):
        token = RECORDS.create(b"ours", handle="h")
        names = vault_client().smembers(handle_key(acme.schema_name, "h"))
        vault_client().delete(*names)
        assert RECORDS.read(token) is None

    web_client().set(f"web:{acme.schema_name}:cache:1:x", b"1")
    vault_client().set("vault:test", b"1")
    with pytest.raises(redis.exceptions.NoPermissionError):
        vault_client().get(f"web:{acme.schema_name}:cache:1:x")
    with pytest.raises(redis.exceptions.NoPermissionError):
        web_client().get("vault:test")
