"""Whether an address is known is not told by how long the answer takes (Z12, I25)."""

import random
import time
from itertools import count as numbers
from statistics import median

from scipy.stats import ks_2samp

from kernel.tenancy import tenant_context
from kernel.zones import inside_vault
from privacy.vault.interface import vault
from privacy.vault.models import Letter
from tenants.models import Organisation
from tests.hostile import in_both_sizes
from tests.making import client_of, enrol, make_conversation, new_address

_MOST_SECONDS_APART = 0.002
_BY_CHANCE = 0.001
_places = numbers(1)


def _measured(acme: Organisation, beta: Organisation, count: int) -> dict[str, list[float]]:
    """Seconds of each asking, by who asked; taking turns, in random order."""
    chance = random.Random(12)
    groups = {
        name: [new_address() for _n in range(count)] for name in ("invited", "stopped", "elsewhere", "nobody")
    }
    with tenant_context(beta.tenant):
        enrol(make_conversation(), *groups["elsewhere"])
    with tenant_context(acme.tenant):
        talk = make_conversation()
        enrol(talk, *groups["invited"], *groups["stopped"])
        for address in groups["stopped"]:
            vault().stop_letters(conversation=talk.pk, address=address)
    taken: dict[str, list[float]] = {name: [] for name in groups}
    answers: set[tuple[int, str, frozenset[str]]] = set()

    for n in range(count):
        for name in chance.sample(sorted(groups), len(groups)):
            browser = client_of(acme, REMOTE_ADDR=f"10.{next(_places) % 250}.1.1")
            started = time.perf_counter()
            answer = browser.post(f"/{talk.slug}/sign-in/", {"address": groups[name][n]})
            taken[name].append(time.perf_counter() - started)
            answers.add((answer.status_code, answer["Location"], frozenset(answer.headers)))

    with inside_vault():
        Letter.objects.filter(conversation_id=talk.pk).delete()
    assert len(answers) == 1
    return taken


def _told_apart(one: list[float], other: list[float]) -> bool:
    """Whether an attacker who sees these times could say which is which, beyond what the machine does to both."""
    apart = abs(median(one) - median(other))
    if apart <= _MOST_SECONDS_APART and ks_2samp(one, other).pvalue > _BY_CHANCE:
        return False
    chance, both = random.Random(3), [*one, *other]
    as_far = 0
    for _n in range(2_000):
        chance.shuffle(both)
        as_far += abs(median(both[: len(one)]) - median(both[len(one) :])) >= apart
    return as_far / 2_000 <= _BY_CHANCE or ks_2samp(one, other).pvalue <= _BY_CHANCE


@in_both_sizes(50, 5_000)
def test_asking_for_a_code_takes_as_long_whoever_asks(
    acme: Organisation, beta: Organisation, count: int
) -> None:
    """
    Z12: invited, not invited, opted out, known to another organisation; at most 2 ms between medians, or less
    than relabelling the same times makes. What a busy machine does once, it does not do the same way twice.
    """
    for _try in range(2):
        taken = _measured(acme, beta, count)
        suspicious = [name for name in taken if _told_apart(taken[name], taken["nobody"])]
        if not suspicious:
            return

    raise AssertionError({name: median(seconds) for name, seconds in taken.items()} | {"apart": suspicious})
