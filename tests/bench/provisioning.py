"""Goals G5 and G6: creating organisations, and migrating all of them by one column."""

import secrets
import time
from datetime import date
from uuid import uuid4

import psycopg
from django.utils import timezone

from config.embedded.postgres import ADMIN
from config.embedded.services import CONVERSATION_DATABASE, Services
from tests.bench.ground import Report, interleaved

_DAY = date(2026, 6, 10)
_FEW, _MANY = 10, 200
_SECONDS = 3


def measure(running: Services, report: Report) -> None:
    from tenants.services.organisations import create_organisation

    admin = psycopg.connect(running.conversation.url(ADMIN, "postgres"), autocommit=True)
    admin.execute("CREATE DATABASE floor_template")
    copies = iter(range(10_000))

    def copy_database() -> None:
        admin.execute(f"CREATE DATABASE floor_{next(copies)} TEMPLATE floor_template STRATEGY wal_log")

    def create() -> None:
        slug = f"bench-{secrets.token_hex(8)}"
        create_organisation(name=slug, slug=slug, domain=f"{slug}.localhost", brand_colour="#00625a", on=_DAY)

    for _warm in range(3):
        create()
    few = interleaved(3, 3, floor=copy_database, ours=create)
    report.at_most(
        "G5",
        "create an organisation / createdb -T, 10 there",
        floor=few["floor"],
        ours=few["ours"],
        unit="ms",
        most=4,
    )
    _migrate(running, report, _FEW)
    created = 3 + 9
    started = time.perf_counter()
    for _organisation in range(_MANY - created - 9):
        create()
    report.say(f"{_MANY - created - 9} organisations created in {time.perf_counter() - started:.1f} s")
    many = interleaved(3, 3, floor=copy_database, ours=create)
    report.at_most(
        "G5",
        "create an organisation / createdb -T, 200 there",
        floor=many["floor"],
        ours=many["ours"],
        unit="ms",
        most=4,
    )
    report.at_most("G5", "the same at 200 / at 10", floor=few["ours"], ours=many["ours"], unit="ms", most=1.2)
    _through_ledger(report)
    _migrate(running, report, _MANY)
    for number in range(next(copies)):
        admin.execute(f"DROP DATABASE floor_{number}")
    admin.close()


def _through_ledger(report: Report) -> None:
    """What an operator waits for, from the form to the open site: every step, a client user, its mail."""
    from tenants.services import provisioning

    spent = []
    for _round in range(5):
        slug = f"bench-{secrets.token_hex(8)}"
        wanted = provisioning.NewOrganisation(
            name=slug, slug=slug, brand_colour="#00625a", client_addresses=(f"{slug}@client.example",)
        )
        started = time.perf_counter()
        now = timezone.now()
        job = provisioning.ask_for_organisation(by=None, form=uuid4(), wanted=wanted, at=now)
        provisioning.run(job, at=now)
        spent.append(time.perf_counter() - started)
    slowest = max(spent)
    report.say(f"an organisation through the ledger, slowest of 5: {slowest * 1000:.0f} ms (3,000 at most)")
    assert slowest < _SECONDS


def _migrate(running: Services, report: Report, label: int) -> None:
    """One added column in every organisation, against a plain ALTER loop on one connection."""
    from kernel.tenancy import owner_in
    from tenants.models import Organisation, TenantMigration
    from tenants.services import migrations

    column = f"c_{secrets.token_hex(4)}"
    with owner_in("public"):
        schemas = list(Organisation.objects.using("owner").values_list("schema_name", flat=True))
        last = TenantMigration.objects.using("owner").order_by("-position")[0].position
        TenantMigration.objects.using("owner").create(
            position=last + 1,
            app="conversations",
            name=f"bench_{column}",
            sql=f"ALTER TABLE \"conversations_stream\" ADD COLUMN {column} varchar(20) DEFAULT '' NOT NULL",
            is_replayable=True,
        )
    url = running.conversation.url("owner", CONVERSATION_DATABASE)
    with psycopg.connect(url, autocommit=True) as owner:
        started = time.perf_counter()
        for schema in schemas:
            owner.execute(
                f"ALTER TABLE {schema}.conversations_stream ADD COLUMN raw_{column} varchar(20) DEFAULT ''"
            )
        floor = (time.perf_counter() - started) * 1000
    started = time.perf_counter()
    outcome = migrations.migrate_tenants(jobs=2)
    ours = (time.perf_counter() - started) * 1000
    assert outcome.migrated == len(schemas)
    assert not outcome.problems
    report.at_most(
        "G6",
        f"migrate {len(schemas)} organisations / raw ALTER loop",
        floor=floor / len(schemas),
        ours=ours / len(schemas),
        unit="ms each",
        most=10,
    )
    report.say(f"all {len(schemas)} migrated by one column in {ours:.0f} ms ({label} wanted)")
