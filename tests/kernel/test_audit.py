"""The audit chain: whoever touches it is found out (R64, F19)."""

import secrets
from uuid import uuid4

import psycopg
import pytest
from django.db import ProgrammingError, connection

from kernel import audit
from kernel.audit import Head
from kernel.models import AuditEntry
from kernel.tenancy import Tenant, control_plane
from tests.conftest import database_name
from tests.machinery import admin_url


def _head() -> Head:
    with control_plane():
        return audit.head()


@pytest.fixture
def chain() -> list[Head]:
    """Five fresh entries; their heads, as anchors written at the time."""
    anchors = []
    for number in range(5):
        audit.record("tested", by=uuid4(), about={"number": number})
        anchors.append(_head())
    return anchors


def _as_thief(statement: str, *values: object) -> None:
    with psycopg.connect(admin_url("conversation", database_name())) as admin:
        admin.execute(statement.encode(), values)


def test_an_untouched_chain_fits_its_anchors(chain: list[Head]) -> None:
    """R64"""
    assert audit.verify(chain) == []


def test_each_entry_is_added_in_the_callers_transaction(in_acme: Tenant) -> None:
    """Also from inside an organisation; afterwards the connection stands there again."""
    before = _head()
    audit.record("tested", by=None, organisation=in_acme.organisation)

    assert _head().position == before.position + 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (in_acme.schema_name,)


def test_the_web_login_may_neither_change_nor_remove(chain: list[Head]) -> None:
    with control_plane():
        for forbidden in (
            lambda: AuditEntry.objects.filter(pk=chain[0].position).update(what="else"),
            lambda: AuditEntry.objects.filter(pk=chain[0].position).delete(),
        ):
            with pytest.raises(ProgrammingError, match="permission denied"):
                forbidden()


def test_a_changed_entry_is_seen(chain: list[Head]) -> None:
    """F19: by somebody who owns the whole database."""
    _as_thief("UPDATE kernel_auditentry SET about = '{}' WHERE position = %s", chain[2].position)
    try:
        assert f"Entry {chain[2].position} is not what was recorded." in audit.verify()
    finally:
        _as_thief(
            "UPDATE kernel_auditentry SET about = '{\"number\": 2}' WHERE position = %s", chain[2].position
        )


def test_a_removed_entry_is_seen(chain: list[Head]) -> None:
    """F19"""
    with control_plane():
        kept = AuditEntry.objects.get(pk=chain[1].position)
    _as_thief("DELETE FROM kernel_auditentry WHERE position = %s", chain[1].position)
    try:
        problems = audit.verify(chain)
        assert any("missing" in problem for problem in problems)
        assert f"Entry {chain[1].position} has an anchor but is gone." in problems
    finally:
        with control_plane():
            kept.save(force_insert=True)


def test_a_tail_that_was_cut_off_is_seen_by_its_anchor(chain: list[Head]) -> None:
    """F19: the chain alone would look whole."""
    with control_plane():
        kept = AuditEntry.objects.get(pk=chain[4].position)
    _as_thief("DELETE FROM kernel_auditentry WHERE position = %s", chain[4].position)
    try:
        assert audit.verify() == []
        assert audit.verify(chain) == [f"Entry {chain[4].position} has an anchor but is gone."]
    finally:
        with control_plane():
            kept.save(force_insert=True)


def test_a_chain_that_was_computed_anew_is_seen_by_its_anchors(chain: list[Head]) -> None:
    """F19: the thief knows how digests are made."""
    with control_plane():
        entry = AuditEntry.objects.get(pk=chain[4].position)
    true = bytes(entry.digest)
    entry.about = {"number": secrets.randbelow(1000) + 100}
    forged = audit.digest_of(entry, chain[3].digest)
    _as_thief(
        "UPDATE kernel_auditentry SET about = %s::jsonb, digest = %s WHERE position = %s",
        f'{{"number": {entry.about["number"]}}}',
        forged,
        chain[4].position,
    )
    try:
        assert audit.verify() == []
        assert audit.verify(chain) == [f"Entry {chain[4].position} differs from its anchor."]
    finally:
        _as_thief(
            "UPDATE kernel_auditentry SET about = '{\"number\": 4}', digest = %s WHERE position = %s",
            true,
            chain[4].position,
        )
