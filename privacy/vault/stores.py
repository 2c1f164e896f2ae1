"""What the vault holds, as stores of the data map. Each is emptied by verbs, wherever the vault runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from kernel.errors import Unavailable
from privacy.stores import Described, Scope, Step, StoreAway, register_store
from privacy.vault.endings import Keeping, Work
from privacy.vault.interface import vault_for
from privacy.vault.refusals import NotClosed, UnknownConversation

# A call goes on for so long before it returns, so that whoever asked can say that they are still there.
_SECONDS_AT_ONCE = 20.0
_DATABASE = "vault: a database of its own on its own server"
_VALKEY = "Valkey, the vault's key space"


@dataclass(frozen=True)
class Kept(Described):
    """A part of the vault that verbs empty, a batch at a time."""

    part: Keeping = field(kw_only=True)

    def erase(self, scope: Scope) -> int:
        gone, until = 0, monotonic() + _SECONDS_AT_ONCE
        with asked():
            while batch := vault_for(scope.tenant).clear(conversation=scope.project, what=self.part):
                gone += batch
                if monotonic() > until:
                    break
        return gone

    def remaining(self, scope: Scope) -> int:
        with asked():
            return vault_for(scope.tenant).left(conversation=scope.project, what=self.part)


@dataclass(frozen=True)
class Listed(Described):
    """Lists of addresses that the vault's runner clears, because it alone knows whose they are."""

    work: Work = field(kw_only=True)
    counts_before: bool = field(default=False, kw_only=True)

    def erase(self, scope: Scope) -> int:
        return sum(self._counts(scope).values())

    def remaining(self, scope: Scope) -> int:
        """1 until the runner is done."""
        try:
            with asked():
                report = vault_for(scope.tenant).work(
                    conversation=scope.project, what=self.work, sealed_names=[]
                )
        except UnknownConversation:
            return 0
        return int(report.state != "done")

    def _counts(self, scope: Scope) -> dict[str, int]:
        try:
            with asked():
                report = vault_for(scope.tenant).work(
                    conversation=scope.project, what=self.work, sealed_names=[]
                )
        except UnknownConversation:
            return {}
        return report.report.counts if report.report else {}


@contextmanager
def asked() -> Iterator[None]:
    """What does not answer, or has not got so far, is tried again. Raises StoreAway."""
    try:
        yield
    except (Unavailable, NotClosed) as reason:
        raise StoreAway from reason


def register() -> None:
    for step, store in _STORES:
        register_store(store, step=step)


_models: Callable[..., frozenset[str]] = lambda *names: frozenset(f"model:vault.{name}" for name in names)  # noqa: E731

_STORES = (
    (
        Step.SESSIONS,
        Kept(
            name="Sessions of participants",
            holds="sign-ins that still work: sealed records that only a browser's cookie or a program's token opens",
            where="Valkey, the site's key space; found through the vault's handles",
            covers=frozenset(
                {"valkey:web:{}:{}:{}", "valkey:web:{}:handle:{}", "records:session", "records:session:api"}
            ),
            part=Keeping.SESSIONS,
        ),
    ),
    (
        Step.DRAIN,
        Kept(
            name="Mail and work that wait in the vault",
            holds="letters, invitations and reminders not sent yet, and rosters not read yet",
            where=_DATABASE,
            covers=_models("Letter", "Mailing", "Dispatch", "Job"),
            part=Keeping.MAIL,
        ),
    ),
    (
        Step.ROWS,
        Kept(
            name="People",
            holds="addresses, telephone numbers, groups, survey answers, passwords, secrets, warnings, calls for"
            " help, permissions to identify, what was learnt from rosters, snapshots for a day, the counts behind"
            " released figures; all sealed",
            where=_DATABASE,
            covers=_models("Person", "SupportMessage", "Warned", "Grant", "Forgotten", "Roster")
            | _models("Frozen", "FrozenPart", "Release", "Described", "Opinions"),
            part=Keeping.PEOPLE,
        ),
    ),
    (
        Step.CACHES,
        Kept(
            name="Codes and counters of sign-ins",
            holds="codes to type, and how often an address was tried, under keyed digests",
            where=f"{_VALKEY}; each ends by itself within minutes",
            covers=frozenset({"valkey:vault:{}:{}:{}", "valkey:vault:{}:code:{}"}),
            part=Keeping.CODES,
        ),
    ),
    (
        Step.SUPPLIERS,
        Listed(
            name="Outbox folder",
            holds="messages of installations that send none: address and text",
            where="a folder beside the vault (OUTBOX_DIR)",
            covers=frozenset({"outbox"}),
            work=Work.OUTBOX,
        ),
    ),
    (
        Step.SUPPLIERS,
        Listed(
            name="Suppression lists of mail and text message suppliers",
            holds="addresses that bounced or complained, numbers that answered STOP",
            where="Amazon SES and SNS, where they send (SUPPRESSION_LISTS)",
            covers=frozenset({"suppliers"}),
            stays="what a supplier keeps of messages it has delivered, for as long as our contract with it says",
            work=Work.SUPPLIERS,
        ),
    ),
    (
        Step.KEYS,
        Kept(
            name="Keys",
            holds="the conversation's keys, the digests of who has left, the digests the scan works with",
            where="key store, outside every database; the digests in the vault, sealed",
            covers=_models("Conversation", "Traces") | frozenset({"keys"}),
            stays="where keys are wrapped by KMS: a disabled key for the seven days until Amazon deletes it",
            part=Keeping.KEYS,
        ),
    ),
    (
        Step.CERTIFICATE,
        Described(
            name="What the vault counts and remembers for a moment",
            holds="numbers of calls by organisation, proofs that were used, names read from rosters for three minutes",
            where=f"{_VALKEY} and the vault's memory; each ends by itself within an hour",
            covers=frozenset({"valkey:vault:{}:{}", "valkey:vault:names:{}", "valkey:vault:proof:{}"})
            | frozenset({"valkey:vault:runner:seen", "valkey:vault:planted:{}"}),
        ),
    ),
    (
        Step.CERTIFICATE,
        Described(
            name="Requests for data",
            holds="the address of somebody who asked for their data, and the copy made for them; sealed",
            where=_DATABASE,
            covers=_models("RequestContact", "RequestPart"),
            stays="until two weeks after the request is done: it may be about several conversations",
        ),
    ),
    (
        Step.CERTIFICATE,
        Described(
            name="Privacy officers",
            holds="addresses of privacy officers, who are told of every identification",
            where=_DATABASE,
            covers=_models("Officer", "Planted"),
            stays="the list: it is about staff, and the scan names it with its count",
        ),
    ),
)
