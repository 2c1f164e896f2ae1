"""Every migration must be bearable for the release that is still serving: expand now, contract in a later release."""

from collections.abc import Iterator

import pytest
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django_migration_linter.sql_analyser.analyser import analyse_sql_statements
from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

from kernel.tenancy import owner_in
from kernel.zones import Zone, is_kept_in
from tenants.models import TenantMigration

# They were applied before the first release, to databases that served nobody. The list never grows: what must
# change incompatibly later goes into CONTRACTED, with the release since which no code needs the old form.
BEFORE_THE_FIRST_RELEASE = {
    "account.0002_email_max_length",
    "account.0003_alter_emailaddress_create_unique_verified_email",
    "account.0009_emailaddress_unique_primary_email",
    "auth.0002_alter_permission_name_max_length",
    "auth.0010_alter_group_name_max_length",
    "contenttypes.0002_remove_content_type_name",
    "conversations.0003_acts",
    "conversations.0007_care",
    "mfa.0002_authenticator_timestamps",
    "mfa.0003_authenticator_type_uniq",
    "tenants.0003_organisations",
    "vault.0002_participants",
    "vault.0003_mailings",
}
CONTRACTED: dict[str, str] = {}


def problems(statements: list[str]) -> list[str]:
    """What would break code that does not know of the change yet. By django-migration-linter's own rules."""
    errors, _ignored, _warnings = analyse_sql_statements(PostgresqlAnalyser, statements)
    return sorted({issue.code for issue in errors})


def _rendered() -> Iterator[tuple[str, list[str]]]:
    """
    Every migration with the statements that run: for tenants those that were recorded and are replayed.

    The linter's own command would ask Django's `sqlmigrate` on the default connection, which stands nowhere.
    """
    with owner_in("public") as owner:
        for recorded in TenantMigration.objects.using("owner").order_by("position"):
            yield f"{recorded.app}.{recorded.name}", recorded.sql.split(";\n")
        for connection, zone in ((owner, Zone.CONTROL), (connections["vault"], Zone.VAULT)):
            loader = MigrationLoader(connection, replace_migrations=False)
            for (app, name), migration in sorted((loader.disk_migrations or {}).items()):
                if is_kept_in(app, zone):
                    lines = loader.collect_sql([(migration, False)])
                    yield f"{app}.{name}", [line for line in lines if not line.startswith("--")]


def test_no_migration_breaks_the_release_before() -> None:
    """R72: zero downtime."""
    found = {name: codes for name, statements in _rendered() if (codes := problems(statements))}

    assert {name for name in found if name not in CONTRACTED} <= BEFORE_THE_FIRST_RELEASE, found


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ('ALTER TABLE "conversations_idea" DROP COLUMN "text" CASCADE', "DROP_COLUMN"),
        ('ALTER TABLE "conversations_idea" RENAME COLUMN "text" TO "words"', "RENAME_COLUMN"),
        ('ALTER TABLE "conversations_idea" RENAME TO "conversations_thought"', "RENAME_TABLE"),
        ('ALTER TABLE "conversations_idea" ADD COLUMN "mood" varchar(9) NOT NULL', "NOT_NULL"),
        ('DROP TABLE "conversations_idea" CASCADE', "DROP_TABLE"),
        ('ALTER TABLE "conversations_idea" ALTER COLUMN "text" TYPE varchar(9)', "ALTER_COLUMN"),
    ],
)
def test_what_would_break_it_is_found(statement: str, code: str) -> None:
    assert problems([statement]) == [code]


def test_what_only_adds_is_let_through() -> None:
    """A column whose default the database knows, a new table, a column that may be empty."""
    assert problems(['ALTER TABLE "x" ADD COLUMN "mood" varchar(9) DEFAULT \'\' NOT NULL']) == []
    assert problems(['CREATE TABLE "y" ("n" integer NOT NULL)']) == []
    assert problems(['ALTER TABLE "x" ADD COLUMN "mood" varchar(9) NULL']) == []
