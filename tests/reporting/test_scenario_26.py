"""Scenario 26: two analysts, 300 items, the frame at version 3, agreement shown, and a merge that keeps history."""

import random

import pytest
from django.utils import timezone

from conversations.models import Conversation
from kernel.tenancy import tenant_context
from reporting.coding.models import Change, ChangeKind, Code, CodeState, FrameVersion, GivenCode
from reporting.coding.queries import codes_of, frame_of, progress_of
from reporting.coding.queries.agreement import Agreement, agreement_of
from reporting.coding.queries.settled import disputed
from reporting.coding.services import frames, recasting, settling
from tenants.models import Organisation, Role
from tenants.permissions import Staff
from tests.coding import code, give, paper_ideas
from tests.making import make_conversation
from tests.staffing import desk_of, make_staff

_ITEMS, _AGREED = 300, 0.8
_NAMES = ("Pay", "Money", "Hours", "Rooms", "Leadership", "Food")


def _code_all(talk: Conversation, codes: list[Code], analysts: list[Staff]) -> None:
    """Each item has a code that fits; the second analyst sees it in four of five, and a neighbour otherwise."""
    draw = random.Random(26)
    for n, post in enumerate(paper_ideas(talk, [f"Item {n} about {_NAMES[n % 6]}." for n in range(_ITEMS)])):
        fits = codes[n % len(codes)]
        sees = fits if draw.random() < _AGREED else codes[(n + 1) % len(codes)]
        give(talk, post, fits, by=analysts[0], passages=((fits, "Item"),) if n % 10 == 0 else ())
        give(talk, post, sees, by=analysts[1])


def _publish(talk: Conversation, by: Staff, note: str) -> FrameVersion:
    return frames.publish_version(conversation=talk, note=note, by=by, at=timezone.now())


def _merge(talk: Conversation, source: Code, target: Code, by: Staff) -> int:
    merged = recasting.merge_codes(
        conversation=talk, source=source.pk, target=target.pk, by=by, at=timezone.now()
    )
    return merged[1]


def _must_agree(found: Agreement) -> None:
    share = found.same / found.contributions
    assert found.contributions == _ITEMS
    assert found.kappa is not None
    assert found.alpha is not None
    # With k codes given equally often, and one to each item, kappa is (share - 1/k) / (1 - 1/k), nearly.
    by_chance = 1 / len(found.codes)
    assert found.kappa == pytest.approx((share - by_chance) / (1 - by_chance), abs=0.01)
    assert found.alpha == pytest.approx(found.kappa, abs=0.01)


def test_two_analysts_three_hundred_items_and_a_merge(acme: Organisation) -> None:
    """R50, R51."""
    ada, bo = (make_staff(Role.ANALYST, organisation=acme) for _analyst in range(2))
    with tenant_context(acme.tenant):
        talk = make_conversation()
        codes = [code(talk, name, by=ada) for name in _NAMES]
        _publish(talk, ada, "Pilot")
        wording = frames.Wording("Premises", "Rooms, light, air.")
        frames.describe_code(conversation=talk, code=codes[3].pk, wording=wording, by=bo, at=timezone.now())
        _publish(talk, bo, "Rooms became premises")
        _code_all(talk, codes, [ada, bo])
        _must_agree(agreement_of(talk))
        before = {len(disputed(talk, after=None, most=_ITEMS)), _ITEMS - len(codes_of(talk))}
        assert len(before) == 1

        given_before = GivenCode.objects.filter(code__in=codes[:2]).count()
        count = _merge(talk, codes[1], codes[0], bo)
        assert _publish(talk, ada, "Money goes into pay").number == 3

        noted = Change.objects.get(frame=talk.pk, kind=ChangeKind.MERGED)
        assert (noted.before, noted.after, noted.by, noted.version) == ("Money", "Pay", bo.id, 2)
        assert noted.repointed == count
        gone = Code.objects.get(pk=codes[1].pk)
        assert (gone.state, gone.merged_into_id) == (CodeState.MERGED, codes[0].pk)
        assert GivenCode.objects.filter(code__in=codes[:2]).count() == given_before
        assert GivenCode.objects.filter(code=gone).count() == 0
        assert [line["path"][0] for line in FrameVersion.objects.get(frame=talk.pk, number=2).lines] == [
            *("Pay", "Money", "Hours", "Premises", "Leadership", "Food")
        ]
        assert [line.name for line in frame_of(talk)] == ["Pay", "Hours", "Premises", "Leadership", "Food"]
        # Where one had said pay and the other money, they now agree.
        assert len(disputed(talk, after=None, most=_ITEMS)) < before.pop()

        while left := disputed(talk, after=None, most=50):
            for post, _kind in left:
                held = frozenset({codes[0].pk})
                settling.settle(conversation=talk, post=post, codes=held, by=ada, at=timezone.now())
        assert len(codes_of(talk)) == progress_of(talk).read == _ITEMS
        found = agreement_of(talk)

    page = desk_of(ada).get(f"/organisations/{acme.pk}/projects/{talk.pk}/coding/agreement/")
    assert f"{found.kappa:.2f}" in page.content.decode()
    assert f"{found.alpha:.2f}" in page.content.decode()
    assert "Version 3 was published last" in (
        desk_of(bo).get(f"/organisations/{acme.pk}/projects/{talk.pk}/coding/frame/").content.decode()
    )
