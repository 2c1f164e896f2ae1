"""From organisation A against organisation B, with A's own role in the database."""

from uuid import uuid4

import psycopg
import pytest
from django.db import ProgrammingError, connection

from conversations.models import Idea
from kernel.tenancy import Tenant, control_plane, login_as, tenant_context
from tenants.models import Organisation
from tests.conftest import database_name
from tests.machinery import admin_url
from tests.making import make_conversation, make_idea, make_people

pytestmark = pytest.mark.usefixtures("_trespassing")

REFUSED = "permission denied"


def _tables(schema: str) -> list[str]:
    with psycopg.connect(admin_url("conversation", database_name())) as admin:
        rows = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)).fetchall()
    return [name for (name,) in rows]


def _run(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def test_no_verb_reaches_a_table_of_another_organisation(acme: Organisation, beta: Organisation) -> None:
    """I10, R70: all tables, all verbs."""
    tables = _tables(beta.schema_name)
    assert "conversations_idea" in tables

    with tenant_context(acme.tenant):
        for table in tables:
            name = f"{beta.schema_name}.{table}"
            for statement in (
                f"SELECT * FROM {name}",
                f"INSERT INTO {name} DEFAULT VALUES",
                f"DELETE FROM {name}",
                f"TRUNCATE {name}",
                f"ALTER TABLE {name} ADD COLUMN x int",
                f"DROP TABLE {name}",
            ):
                with pytest.raises(ProgrammingError, match=f"{REFUSED}|must be owner"):
                    _run(statement)


def test_a_tenant_changes_no_table_of_its_own_either(in_acme: Tenant) -> None:
    """Rows are the tenant's, tables are the owner's."""
    for statement in (
        "ALTER TABLE conversations_idea ADD COLUMN author text",
        "DROP TABLE conversations_idea",
        "CREATE TABLE mine (n int)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TRIGGER t BEFORE INSERT ON conversations_idea EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "DELETE FROM django_migrations",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "COPY conversations_idea TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
    ):
        with pytest.raises(ProgrammingError, match=f"{REFUSED}|must be owner"):
            _run(statement)


@pytest.mark.parametrize(
    "relation",
    [
        "pg_class",
        "pg_namespace",
        "pg_roles",
        "pg_user",
        "pg_tables",
        "pg_stat_activity",
        "pg_stat_user_tables",
    ]
    + ["pg_statio_user_tables", "pg_stats", "pg_auth_members", "pg_attribute", "pg_locks", "pg_constraint"],
)
def test_the_catalogue_tells_nothing_of_others(in_acme: Tenant, relation: str) -> None:
    """I11: neither who there is nor how much they do."""
    with pytest.raises(ProgrammingError, match=REFUSED):
        _run(f"SELECT * FROM {relation}")


@pytest.mark.parametrize(
    "function", ["pg_stat_get_tuples_inserted(1)", "pg_stat_get_live_tuples(1)", "pg_total_relation_size(1)"]
)
def test_counts_cannot_be_asked_by_function_either(in_acme: Tenant, function: str) -> None:
    """I11."""
    with pytest.raises(ProgrammingError, match=REFUSED):
        _run(f"SELECT {function}")


def test_the_information_schema_shows_ones_own_only(acme: Organisation, beta: Organisation) -> None:
    """I11."""
    with tenant_context(acme.tenant):
        schemas = {name for (name,) in _run("SELECT DISTINCT table_schema FROM information_schema.tables")}

    assert beta.schema_name not in schemas
    assert "public" not in schemas


def test_the_control_plane_is_closed_to_a_tenant(in_acme: Tenant) -> None:
    """I10: A's role reads no organisation, domain or project."""
    for table in ("tenants_organisation", "tenants_domain", "tenants_project", "tenants_tenantmigration"):
        with pytest.raises(ProgrammingError, match=REFUSED):
            _run(f"SELECT * FROM public.{table}")


def test_the_control_planes_role_reads_no_tenant(beta: Organisation) -> None:
    with control_plane(), pytest.raises(ProgrammingError, match=REFUSED):
        _run(f"SELECT * FROM {beta.schema_name}.conversations_idea")


def test_the_common_login_by_itself_may_do_nothing(beta: Organisation) -> None:
    """NOINHERIT: what the login is a member of helps it only once it says so."""
    with psycopg.connect(_login_url("web"), autocommit=True) as login:
        for name in (f"{beta.schema_name}.conversations_idea", "public.tenants_organisation"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                login.execute(f"SELECT * FROM {name}")


def test_a_login_of_ones_own_cannot_be_left(acme: Organisation, beta: Organisation) -> None:
    """I9: for imports and exports."""
    with login_as(acme.tenant):
        for statement in (
            f"SET ROLE {beta.schema_name}",
            "SET ROLE owner",
            f"SET SESSION AUTHORIZATION {beta.schema_name}",
            f"SELECT * FROM {beta.schema_name}.conversations_idea",
        ):
            with pytest.raises(ProgrammingError, match=REFUSED):
                _run(statement)


def test_a_tenants_role_may_not_log_in_where_that_is_off() -> None:
    """Decision 004: the switch of provisioning."""
    from django.test import override_settings

    from tests.making import make_organisation

    with override_settings(TENANT_ROLES_LOG_IN=False):
        organisation = make_organisation()

    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(_login_url(organisation.schema_name))


def test_no_key_leaves_its_schema_and_no_table_has_a_trigger() -> None:
    """Architecture 4: so a tenant can live on another node."""
    with psycopg.connect(admin_url("conversation", database_name())) as admin:
        leaving = admin.execute(
            "SELECT conname FROM pg_constraint c JOIN pg_class a ON a.oid = c.conrelid"
            " JOIN pg_class b ON b.oid = c.confrelid WHERE a.relnamespace <> b.relnamespace"
        ).fetchall()
        triggers = admin.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal").fetchall()

    assert (leaving, triggers) == ([], [])


def test_writing_for_one_leaves_the_others_rows_untouched(acme: Organisation, beta: Organisation) -> None:
    """I30: a checksum over all of B before and after A's work."""
    before = _checksum(beta.schema_name)

    with tenant_context(acme.tenant):
        conversation = make_conversation()
        make_idea(conversation, make_people(conversation)[0], "Ours")
        Idea.objects.filter(stream__conversation=conversation).delete()

    assert _checksum(beta.schema_name) == before


def _checksum(schema: str) -> list[tuple[str, str]]:
    with psycopg.connect(admin_url("conversation", database_name())) as admin:
        return [
            (
                table,
                str(
                    admin.execute(
                        f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {schema}.{table} t"
                    ).fetchone()
                ),
            )
            for table in sorted(_tables(schema))
        ]


def _login_url(user: str) -> str:
    return admin_url("conversation", database_name()).replace("//postgres@", f"//{user}@")


def test_values_never_become_statements(in_acme: Tenant) -> None:
    """I9: what people type is bound, wherever it goes."""
    conversation = make_conversation()
    text = f"'); DROP TABLE conversations_idea; -- {uuid4()}"

    idea = make_idea(conversation, make_people(conversation)[0], text)

    assert Idea.objects.get(pk=idea).text == text
