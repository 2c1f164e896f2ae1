"""The deletion of a project: R62, promises P5 to P7, faults F1 to F3 and F13 to F15."""

import pytest

from privacy.deletion.services import steps
from tenants.models import Organisation
from tests.deleting import make_ended, take_further


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "PATIENCE", 0.0)


def test_it_goes_through_every_step_and_is_certified(acme: Organisation) -> None:
    ended = make_ended(acme)

    purge = take_further(ended.project)

    print(purge.problem, purge.step, purge.counts, purge.ended)
    assert purge.provisional_at, purge.problem
