"""Places of the data map that belong to packages which know no map: the platform's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kernel import versions
from kernel.errors import Unavailable
from privacy.stores import Described, Scope, Step, StoreAway, register_known_places, register_store


@dataclass(frozen=True)
class Files(Described):
    """
    Whatever lies in a folder of the conversation's own: its id is a part of the name.

    Every version goes, every delete marker, and every upload that was never finished.
    """

    def erase(self, scope: Scope) -> int:
        with _reached():
            found = list(_files(scope))
            for stored in found:
                versions.remove(stored)
        return len(found)

    def remaining(self, scope: Scope) -> int:
        with _reached():
            return sum(1 for _stored in _files(scope))


def register() -> None:
    for step, store in _PLACES:
        register_store(store, step=step)
    register_known_places(_KNOWN)


def _files(scope: Scope) -> Iterator[versions.Stored]:
    ids = {str(scope.project), scope.project.hex}
    prefix = f"{scope.tenant.schema_name}/"
    return (stored for stored in versions.stored(prefix) if ids.intersection(stored.name.split("/")[1:-1]))


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except Unavailable as reason:
        raise StoreAway from reason


def _of(app: str, *names: str) -> frozenset[str]:
    return frozenset(f"model:{app}.{name}" for name in names)


_CONTROL = "control plane: schema public"
_WEB = "Valkey, the site's key space"
_STAFF = "all of it: it is about staff and client users, and the scan names it with its count"
# Answers that a process keeps for seconds or minutes, by the name under which it keeps them.
_REMEMBERED = (
    "conversations.queries.conversations._conversations",
    "conversations.queries.pages._texts",
    "conversations.views.participant.paper._forms",
    "tenants.branding.queries._branding",
    "tenants.branding.queries._logos",
    "tenants.queries._sites",
    "web.kept.self._kept",
)
_PLACES = (
    (
        Step.OBJECTS,
        Files(
            name="Files of the conversation",
            holds="uploaded rosters, sealed; reports and exports, where they are kept",
            where="object store, with every version and unfinished upload; a folder without S3",
            covers=frozenset({"files:rosters/"}),
        ),
    ),
    (
        Step.CERTIFICATE,
        Described(
            name="Files of the organisation and of the platform",
            holds="logos, anchors of the audit chain, examples planted by a scan while it runs",
            where="object store",
            covers=frozenset({"files:logo", "files:audit", "files:planted"}),
            stays="logos and anchors: they are about nobody",
        ),
    ),
    (
        Step.CACHES,
        Described(
            name="What is remembered for a short time",
            holds="askings for a code (sealed), how often something was asked (keyed digests of one day), accounts'"
            " sessions and where they are, counts for operators",
            where=f"{_WEB} and memory of processes; it ends by itself, after a day at the latest",
            covers=frozenset(
                {
                    "records:asking",
                    "records:asking:api",
                    "limits",
                    "cache",
                    "valkey:web:limit",
                    "valkey:web:pulse:ticks",
                }
                | {
                    "valkey:web:{}:once:{}",
                    "valkey:web:{}:places:{}",
                    "valkey:web:pulse:workers",
                    "valkey:web:pulse:stored",
                    "valkey:web:planted:{}",
                    # Asked for by the doctor with the other user, and never written.
                    "valkey:web:doctor",
                    "valkey:vault:doctor",
                }
                | {f"memory:{place}" for place in _REMEMBERED},
            ),
        ),
    ),
    (
        Step.CACHES,
        Described(
            name="Task queue",
            holds="names of tasks with ids of organisations, conversations and contributions; never of people",
            where=f"{_WEB}; a message goes when its task is done",
            covers=frozenset({"valkey:web:celery:", "valkey:web:redbeat:"}),
        ),
    ),
    (
        Step.EXPORTS,
        Described(
            name="Exports",
            holds="what people download of themselves, and tables for organisations",
            where="made at the moment of asking and kept nowhere",
            covers=frozenset({"exports"}),
            stays="what was handed out: it is with whom it was made for",
        ),
    ),
    (
        Step.CERTIFICATE,
        Described(
            name="Logs",
            holds="events of the platform without addresses, network addresses, ids of posts or texts",
            where="standard error of each process, and wherever the operator leads it",
            covers=frozenset({"logs"}),
            stays="as long as the operator keeps them; folders named in SCAN_FOLDERS are looked through",
        ),
    ),
    (
        Step.CERTIFICATE,
        Described(
            name="Backups",
            holds="the conversation database with its files, and the vault without its keys, each by itself; never keys",
            where="BACKUPS_DIR, or wherever the operator's own tools write",
            covers=frozenset({"backups"}),
            stays="until their days are over (BACKUP_DAYS, VAULT_BACKUP_DAYS): the certificate names the last of them."
            " What was erased is erased again before a restored one is served",
        ),
    ),
    (
        Step.CERTIFICATE,
        Described(
            name="Control plane",
            holds="organisations, domains, projects and their dates, jobs, the audit chain, records of"
            " identifications, numbers of requests; nothing about a participant, no address of one",
            where=_CONTROL,
            covers=_of("tenants", "Organisation", "Domain", "Job", "Project", "Completion", "TenantMigration")
            | _of("kernel", "AuditEntry")
            | _of("oversight", "Identification")
            | _of("requests", "Request", "RequestStep")
            | _of("contenttypes", "ContentType")
            | _of("auth", "Permission", "Group"),
            stays="all of it: it leads to no participant",
        ),
    ),
    (
        Step.CERTIFICATE,
        Described(
            name="Accounts of staff and client users",
            holds="names, addresses, second factors, assignments, lists of who is on duty",
            where=f"{_CONTROL} for staff, the organisation's own schema for client users",
            covers=_of("accounts", "Account", "Token")
            | _of("account", "EmailAddress", "EmailConfirmation")
            | _of("mfa", "Authenticator")
            | _of("usersessions", "UserSession")
            | _of("tenants", "Assignment")
            | _of("oversight", "OnDuty"),
            stays=_STAFF,
        ),
    ),
    (
        Step.CERTIFICATE,
        Described(
            name="Mailboxes of staff",
            holds="calls to those on duty and to privacy officers: always the same words, nobody's name",
            where="with whoever runs those mailboxes",
            covers=frozenset({"mailboxes"}),
            stays="all of it: it names nobody",
        ),
    ),
    (
        Step.CERTIFICATE,
        Described(
            name="Branding, webhooks, and the scanner's own table",
            holds="colours and logos; addresses of systems and what they were told; rows that are written and rolled back within a scan",
            where="each schema",
            covers=_of("branding", "Branding")
            | _of("scanning", "Planted")
            | _of("webhooks", "Endpoint", "Event", "Delivery"),
            stays="branding, and where the organisation's systems are told of its projects: about nobody",
        ),
    ),
)
_ACCOUNTS = {
    "accounts_account": "accounts, which are for work",
    "account_emailaddress": "addresses of accounts",
}
_KNOWN = {
    **{f"public.{table}": f"staff: {why}" for table, why in _ACCOUNTS.items()},
    **{f"tenant.{table}": f"client users: {why}" for table, why in _ACCOUNTS.items()},
    "public.oversight_onduty": "staff on duty",
    **{
        f"public.tenants_{table}": "names of organisations and projects"
        for table in ("organisation", "project", "job")
    },
}
