"""Recording, replaying, and what happens when one tenant's migration fails."""

from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections, models
from django.db.migrations import AddField, Migration, RunPython, RunSQL

from kernel.migrating import run_migrations
from kernel.tenancy import owner_in, tenant_context
from kernel.zones import Zone
from tenants import queries
from tenants.models import Organisation, TenantMigration
from tenants.services import migrations
from tests.conftest import database_name
from tests.machinery import admin_url
from tests.making import client_of, make_conversation, make_organisation

_SHAPE = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
           pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = %(schema)s::text::regnamespace AND c.relkind IN ('r', 'S', 'i')
    UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), NULL, NULL, NULL, NULL
    FROM pg_constraint WHERE connamespace = %(schema)s::text::regnamespace
    UNION ALL SELECT tablename, indexname, indexdef, NULL, NULL, NULL, NULL FROM pg_indexes WHERE schemaname = %(schema)s::text
"""


def _shape(schema: str) -> set[tuple[str, ...]]:
    with psycopg.connect(admin_url("conversation", database_name())) as admin:
        rows = admin.execute(_SHAPE, {"schema": schema}).fetchall()
    return {tuple(str(part).replace(f"{schema}.", "") for part in row) for row in rows}


@pytest.fixture
def migrated_schema() -> Iterator[str]:
    """A schema made by Django's own executor, for comparison."""
    with owner_in("public") as owner, owner.cursor() as cursor:
        cursor.execute("CREATE SCHEMA by_django")
    with owner_in("by_django") as owner:
        run_migrations(owner, Zone.TENANT)
    yield "by_django"
    with owner_in("public") as owner, owner.cursor() as cursor:
        cursor.execute("DROP SCHEMA by_django CASCADE")


@pytest.fixture
def one_more(monkeypatch: pytest.MonkeyPatch) -> Iterator[type]:
    """Adds a migration for the time of a test, and takes it away again everywhere."""
    from django.db.migrations.loader import MigrationLoader

    added: list[Migration] = []
    load = MigrationLoader.load_disk

    def load_disk(self: MigrationLoader) -> None:
        load(self)
        for migration in added:
            self.disk_migrations[("conversations", migration.name)] = migration

    monkeypatch.setattr(MigrationLoader, "load_disk", load_disk)

    class Adding:
        @staticmethod
        def add(name: str, *operations: object) -> None:
            before = added[-1].name if added else "0001_initial"
            made = type(
                "Migration",
                (Migration,),
                {"operations": list(operations), "dependencies": [("conversations", before)]},
            )
            added.append(made(name, "conversations"))

    yield Adding
    _take_away([migration.name for migration in added])


def _take_away(names: list[str]) -> None:
    with owner_in("public") as owner, owner.cursor() as cursor:
        schemas = [o.schema_name for o in Organisation.objects.using("owner").all()] + [
            migrations.PATTERN_SCHEMA
        ]
        for schema in schemas:
            cursor.execute(f"DELETE FROM {schema}.django_migrations WHERE name = ANY(%s)", [names])
            cursor.execute(f"ALTER TABLE {schema}.conversations_stream DROP COLUMN IF EXISTS emphasis")
            cursor.execute(f"DROP TABLE IF EXISTS {schema}.one_more")
        TenantMigration.objects.using("owner").filter(name__in=names).delete()
        last = TenantMigration.objects.using("owner").order_by("-position")[0].position
        Organisation.objects.using("owner").update(migrated_to=last, migration_problem="")
    queries.forget_sites()


EMPHASIS = AddField("stream", "emphasis", models.CharField(max_length=20, default="", db_default=""))


def test_a_provisioned_schema_equals_a_migrated_one(migrated_schema: str) -> None:
    """Goal G5: the template is kept current, or this fails."""
    organisation = make_organisation()

    assert _shape(organisation.schema_name) == _shape(migrated_schema)


def test_one_added_column_reaches_every_tenant(
    one_more: type, acme: Organisation, beta: Organisation
) -> None:
    """Goal G6: rendered once, replayed in each, with its row and its state."""
    one_more.add("0002_emphasis", EMPHASIS)  # type: ignore[attr-defined]

    call_command("migrate_tenants")

    for organisation in (acme, beta):
        assert ("conversations_stream", "emphasis") in {row[:2] for row in _shape(organisation.schema_name)}
        with tenant_context(organisation.tenant):
            make_conversation()
    assert migrations.migrate_tenants().migrated == 0


def test_a_new_table_belongs_to_the_tenants_role_too(one_more: type, acme: Organisation) -> None:
    from django.db import connection

    one_more.add("0002_table", RunSQL("CREATE TABLE one_more (n int)"))  # type: ignore[attr-defined]
    call_command("migrate_tenants")

    with tenant_context(acme.tenant), connection.cursor() as cursor:
        cursor.execute("INSERT INTO one_more VALUES (1)")
        cursor.execute("SELECT n FROM one_more")
        assert cursor.fetchone() == (1,)


def test_a_migration_with_python_runs_in_each_schema(
    one_more: type, acme: Organisation, beta: Organisation
) -> None:
    slugs = {}
    for organisation in (acme, beta):
        with tenant_context(organisation.tenant):
            slugs[organisation.slug] = make_conversation().slug

    def shout(apps: object, editor: object) -> None:
        model = apps.get_model("conversations", "Conversation")  # type: ignore[attr-defined]
        for row in model.objects.using("owner").filter(slug__in=slugs.values()):
            row.name = row.name.upper()
            row.save()

    one_more.add("0002_emphasis", EMPHASIS)  # type: ignore[attr-defined]
    one_more.add("0003_shout", RunPython(shout))  # type: ignore[attr-defined]
    call_command("migrate_tenants")

    for organisation in (acme, beta):
        page = client_of(organisation).get(f"/{slugs[organisation.slug]}/").content.decode()
        assert "A BETTER PLACE TO WORK" in page


def test_one_failing_tenant_is_unavailable_alone_and_mends(
    one_more: type, acme: Organisation, beta: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    """F22."""
    with owner_in("public") as owner, owner.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {beta.schema_name}.conversations_stream ADD COLUMN emphasis int")
    one_more.add("0002_emphasis", EMPHASIS)  # type: ignore[attr-defined]

    with pytest.raises(CommandError, match="1 failed"):
        call_command("migrate_tenants")
    queries.forget_sites()

    assert "already exists" in capsys.readouterr().err
    assert client_of(acme).get("/").status_code == 200
    assert client_of(beta).get("/").status_code == 503
    assert beta.tenant not in queries.Organisations().serving()

    with owner_in("public") as owner, owner.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {beta.schema_name}.conversations_stream DROP COLUMN emphasis")
    call_command("migrate_tenants")
    queries.forget_sites()

    assert client_of(beta).get("/").status_code == 200


def test_a_locked_tenant_fails_alone_after_the_time_out(
    one_more: type, acme: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "_LOCK_TIMEOUT", "200ms")
    one_more.add("0002_emphasis", EMPHASIS)  # type: ignore[attr-defined]

    with psycopg.connect(admin_url("conversation", database_name())) as admin:
        admin.execute(f"LOCK TABLE {acme.schema_name}.conversations_stream IN ACCESS EXCLUSIVE MODE")
        outcome_while_locked = _migrate()
    outcome = _migrate()

    assert list(outcome_while_locked.problems) == ["acme"]
    assert "lock timeout" in outcome_while_locked.problems["acme"]
    assert not outcome.problems


def test_the_vault_and_the_control_plane_have_their_own_tables_only() -> None:
    """I26: no table of one zone stands in the home of another."""
    with connections["vault"].cursor() as cursor:
        vault = set(connections["vault"].introspection.table_names(cursor))
    with owner_in("public") as owner, owner.cursor() as cursor:
        control = set(owner.introspection.table_names(cursor))

    assert {name.split("_")[0] for name in vault} == {"vault", "django"}
    assert {name.split("_")[0] for name in control} == {
        *("tenants", "kernel", "oversight", "requests", "deletion", "django", "auth", "usersessions"),
        *(
            "accounts",
            "account",
            "mfa",
            "scanning",
        ),  # these are in every tenant too: staff here, client users there
    }


def _migrate() -> migrations.Outcome:
    migrations.record()
    return migrations.migrate_tenants()
