"""
What lets an organisation live on a node of its own: read from the catalogue of one that was really provisioned.

No cluster runs here. These are the rules under which one was seen to work (decision 039).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections, transaction
from django.db.models import F
from django.test import override_settings

from conversations.models import Idea
from kernel.database import change
from kernel.tenancy import owner_in, tenant_context
from tenants.models import Organisation, TenantMigration
from tenants.services.schemas import clear_schema, place_schema
from tests.conftest import database_name
from tests.machinery import admin_url
from tests.making import make_conversation, make_idea, make_organisation, make_people

Rows = list[tuple[object, ...]]


@pytest.fixture
def catalogue() -> Iterator[psycopg.Connection]:
    with psycopg.connect(admin_url("conversation", database_name()), autocommit=True) as admin:
        yield admin


def _found(catalogue: psycopg.Connection, statement: str, organisation: Organisation) -> Rows:
    return catalogue.execute(statement.replace(":schema", f"'{organisation.schema_name}'")).fetchall()


def test_no_key_leads_out_of_the_schema_or_into_it(catalogue: psycopg.Connection, acme: Organisation) -> None:
    """R70."""
    leading = _found(
        catalogue,
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND (conrelid IN (SELECT oid FROM pg_class WHERE"
        " relnamespace = :schema::regnamespace)) <> (confrelid IN (SELECT oid FROM pg_class WHERE"
        " relnamespace = :schema::regnamespace))",
        acme,
    )

    assert leading == []


def test_nothing_runs_by_itself(catalogue: psycopg.Connection, acme: Organisation) -> None:
    """R70: no trigger but the server's own for keys, no rule, no policy, no event trigger."""
    of_tables = "(SELECT oid FROM pg_class WHERE relnamespace = :schema::regnamespace)"
    for statement in (
        f"SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN {of_tables}",
        f"SELECT rulename FROM pg_rewrite WHERE ev_class IN {of_tables}",
        f"SELECT polname FROM pg_policy WHERE polrelid IN {of_tables}",
        "SELECT evtname FROM pg_event_trigger",
    ):
        assert _found(catalogue, statement, acme) == []


def test_the_schema_holds_tables_indexes_and_sequences_and_nothing_else(
    catalogue: psycopg.Connection, acme: Organisation
) -> None:
    """R70: no view, no partition, no inheritance; no function, type, operator or extension of its own."""
    kinds = _found(
        catalogue,
        "SELECT DISTINCT relkind::text FROM pg_class WHERE relnamespace = :schema::regnamespace",
        acme,
    )
    own = [
        _found(catalogue, f"SELECT {name} FROM {table} WHERE {place} = :schema::regnamespace", acme)
        for table, name, place in (
            ("pg_proc", "proname", "pronamespace"),
            ("pg_operator", "oprname", "oprnamespace"),
            ("pg_collation", "collname", "collnamespace"),
            ("pg_ts_config", "cfgname", "cfgnamespace"),
            ("pg_ts_dict", "dictname", "dictnamespace"),
            ("pg_extension", "extname", "extnamespace"),
            ("pg_statistic_ext", "stxname", "stxnamespace"),
        )
    ]
    types = _found(
        catalogue,
        # Each table brings a row type and its array.
        "SELECT t.typname FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem"
        " WHERE t.typnamespace = :schema::regnamespace AND t.typrelid = 0 AND COALESCE(e.typrelid, 0) = 0",
        acme,
    )
    inherited = _found(
        catalogue,
        "SELECT inhrelid FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid"
        " WHERE c.relnamespace = :schema::regnamespace AND c.relkind NOT IN ('i', 'I')",
        acme,
    )

    assert {str(kind) for (kind,) in kinds} == {"r", "i", "S"}
    assert (own, types, inherited) == ([[]] * 7, [], [])


def test_nothing_in_the_schema_leans_on_anything_outside_but_the_extensions(
    catalogue: psycopg.Connection, acme: Organisation
) -> None:
    """R70: what a table, default, constraint or index refers to is its own schema's, or the server's."""
    leaning = _found(
        catalogue,
        """
        WITH own AS (
            SELECT 'pg_class'::regclass AS classid, oid FROM pg_class WHERE relnamespace = :schema::regnamespace
            UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE connamespace = :schema::regnamespace
            UNION ALL SELECT 'pg_attrdef'::regclass, d.oid FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
                WHERE c.relnamespace = :schema::regnamespace
        ), used AS (
            SELECT d.refclassid, d.refobjid FROM pg_depend d JOIN own o ON o.classid = d.classid AND o.oid = d.objid
        ), places AS (
            SELECT relnamespace AS place FROM pg_class JOIN used ON refclassid = 'pg_class'::regclass AND refobjid = oid
            UNION ALL SELECT pronamespace FROM pg_proc JOIN used ON refclassid = 'pg_proc'::regclass AND refobjid = oid
            UNION ALL SELECT typnamespace FROM pg_type JOIN used ON refclassid = 'pg_type'::regclass AND refobjid = oid
            UNION ALL SELECT opcnamespace FROM pg_opclass JOIN used ON refclassid = 'pg_opclass'::regclass AND refobjid = oid
            UNION ALL SELECT collnamespace FROM pg_collation JOIN used ON refclassid = 'pg_collation'::regclass AND refobjid = oid
        )
        SELECT DISTINCT place::regnamespace::text FROM places
        """,
        acme,
    )

    assert {place for (place,) in leaning} <= {acme.schema_name, "pg_catalog", "extensions"}


def test_sequences_are_the_schemas_own_and_count_in_bigints(
    catalogue: psycopg.Connection, acme: Organisation
) -> None:
    """R70: on a node numbers begin beyond what an integer holds; an identity is made with its table."""
    small = _found(
        catalogue,
        "SELECT c.relname FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid"
        " WHERE c.relnamespace = :schema::regnamespace AND s.seqtypid <> 'bigint'::regtype",
        acme,
    )
    with owner_in("public"):
        recorded = "\n".join(TenantMigration.objects.using("owner").values_list("sql", flat=True))

    # Rows of these are made one by one, for which a cluster draws the number on the coordinator.
    assert {name for (name,) in small} == {"account_emailaddress_id_seq", "account_emailconfirmation_id_seq"}
    # A cluster takes no identity for a table that is there already.
    assert not re.search(r"ALTER TABLE[^;]*(ADD GENERATED|ADD COLUMN[^;]*AS IDENTITY)", recorded)


def test_uniqueness_and_exclusion_are_settled_by_one_table(
    catalogue: psycopg.Connection, acme: Organisation
) -> None:
    """R70: no constraint needs another node to be asked; none is checked by an index elsewhere."""
    elsewhere = _found(
        catalogue,
        "SELECT i.indexrelid::regclass FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid"
        " JOIN pg_class x ON x.oid = i.indexrelid WHERE t.relnamespace <> x.relnamespace"
        " AND (t.relnamespace = :schema::regnamespace OR x.relnamespace = :schema::regnamespace)",
        acme,
    )
    unlogged = _found(
        catalogue,
        "SELECT relname FROM pg_class WHERE relnamespace = :schema::regnamespace AND relpersistence <> 'p'",
        acme,
    )

    assert (elsewhere, unlogged) == ([], [])


def test_the_control_plane_stays_and_the_vault_is_not_there_at_all(
    catalogue: psycopg.Connection, acme: Organisation
) -> None:
    """R70: on a cluster only schemas of organisations are anywhere but on the coordinator."""
    schemas = {
        str(name)
        for (name,) in catalogue.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema|t_[a-z]{12}$)'"
        )
    }
    vaults = catalogue.execute("SELECT relname FROM pg_class WHERE relname LIKE 'vault\\_%'").fetchall()

    assert schemas == {"public", "extensions", "pattern"}
    assert vaults == []


def test_on_a_cluster_a_schema_is_made_to_be_placed_and_its_role_may_log_in(
    catalogue: psycopg.Connection,
) -> None:
    """R70: the switch, seen from inside the server at the moment the schema is made."""
    catalogue.execute(_WITNESS)
    try:
        with override_settings(CITUS=True, TENANT_ROLES_LOG_IN=False):
            placed = make_organisation()
        with override_settings(CITUS=False, TENANT_ROLES_LOG_IN=False):
            plain = make_organisation()
        seen = [value for (value,) in catalogue.execute("SELECT value FROM witness ORDER BY n").fetchall()]
    finally:
        catalogue.execute("DROP EVENT TRIGGER witness; DROP FUNCTION witness_made; DROP TABLE witness")

    assert [value or "off" for value in seen] == ["on", "off"]
    assert _login_and_password(catalogue, placed) == (True, None)
    assert _login_and_password(catalogue, plain) == (False, None)


def test_what_a_backup_brings_back_is_placed_in_the_same_transaction_or_not_at_all(
    acme: Organisation,
) -> None:
    """R70, F12: a server without Citus refuses, and nothing of it stays."""
    organisation = make_organisation()
    with (
        override_settings(CITUS=True),
        pytest.raises(psycopg.errors.UndefinedFunction, match="citus_schema_distribute"),
    ):
        with owner_in("public"), transaction.atomic(using="owner"):
            clear_schema(organisation.schema_name)
            place_schema(organisation.schema_name)
    connections["owner"].close()

    with owner_in(organisation.schema_name) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM conversations_idea")
        assert cursor.fetchone() == (0,)


def test_without_a_cluster_placing_asks_nothing_of_the_server(acme: Organisation) -> None:
    place_schema(acme.schema_name)


def test_numbers_are_dealt_out_again_as_the_runbook_says(acme: Organisation) -> None:
    """R70: the order stays, and whatever a node draws afterwards is newer."""
    runbook = (Path(__file__).resolve().parents[2] / "deploy" / "scale-out.md").read_text()
    (statements,) = re.findall(r"```sql\n(.*?)```", runbook, re.DOTALL)
    with tenant_context(acme.tenant):
        talk = make_conversation()
        for person in make_people(talk, 3):
            make_idea(talk, person)
        Idea.objects.filter(stream__conversation=talk).update(number=F("number") + 2**48)
        before = list(Idea.objects.order_by("number").values_list("pk", flat=True))
        for statement in statements.split(";")[:-1]:
            change(statement)

        assert list(Idea.objects.order_by("number").values_list("pk", flat=True)) == before
        numbers = list(Idea.objects.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(before) + 1))


def _login_and_password(catalogue: psycopg.Connection, organisation: Organisation) -> tuple[object, ...]:
    found = catalogue.execute(
        "SELECT rolcanlogin, rolpassword FROM pg_authid WHERE rolname = %s", (organisation.schema_name,)
    ).fetchone()
    assert found is not None
    return tuple(found)


_WITNESS = """
    CREATE TABLE public.witness (n int GENERATED ALWAYS AS IDENTITY, value text);
    GRANT INSERT ON public.witness TO PUBLIC;
    CREATE FUNCTION public.witness_made() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        INSERT INTO public.witness (value) VALUES (current_setting('citus.enable_schema_based_sharding', true));
    END $$;
    CREATE EVENT TRIGGER witness ON ddl_command_start WHEN TAG IN ('CREATE SCHEMA')
        EXECUTE FUNCTION public.witness_made();
"""
