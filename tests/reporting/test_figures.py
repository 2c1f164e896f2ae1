"""Figures about groups end to end: services, the vault over both transports, its runner, tables."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kernel.tenancy import Tenant, tenant_context
from kernel.zones import inside_vault
from privacy.vault import tabulating
from privacy.vault.interface import vault
from privacy.vault.models import Frozen, FrozenPart
from reporting.figures import queries
from reporting.figures.models import Release, ReleaseState, Table
from reporting.figures.permissions import CompleteAlready, NotClosedYet
from reporting.figures.services import releasing
from reporting.shapes import Cell, ReleasedTable
from tenants.models import Organisation, Role
from tenants.permissions import RoleMissing
from tests.conftest import both_forms
from tests.grouping import carry_on, close, make_groups, release, take_part
from tests.making import change, make_conversation
from tests.staffing import make_staff


def _cells(tables: list[ReleasedTable], code: str) -> dict[str, list[Cell]]:
    table = next(table for table in tables if table.code == code)
    return dict(zip(table.rows, table.cells, strict=True))


@both_forms
def test_scenario_22_small_teams_are_never_shown(acme: Organisation, in_acme: Tenant) -> None:
    """R53, P4, L9: a team of 11 with 10 of them, a team of 40 with 9 answers, two large ones."""
    conversation, people = make_groups({"porters": 11, "estates": 40, "nursing": 120, "medicine": 90})
    for team, count in {"porters": 10, "estates": 9, "nursing": 62, "medicine": 40}.items():
        take_part(conversation, people[team][:count])
    close(conversation)

    done = release(conversation, acme)

    assert done.state == ReleaseState.DONE
    tables = queries.released_tables(conversation)
    taken = _cells(tables, "participation:team")
    assert taken["porters"] == taken["estates"] == [Cell(None, None)]
    assert taken["nursing"][0].shown in {60, None}
    # What is withheld is never the only one that is missing from a total.
    shown = [row[0].shown for name, row in taken.items() if name != "Everybody"]
    assert shown.count(None) >= 2
    for table in tables:
        assert table.withheld == queries.WITHHELD
        for row in table.cells:
            assert all(cell.shown is None or (cell.shown % 5 == 0 and cell.shown >= 15) for cell in row)


def test_figures_are_released_once_and_only_after_closing(acme: Organisation, in_acme: Tenant) -> None:
    """Architecture 6, P4: no second release in which one could look for what changed."""
    conversation, people = make_groups({"nursing": 60, "medicine": 60})
    take_part(conversation, people["nursing"][:30] + people["medicine"][:30])
    analyst = make_staff(Role.ANALYST, organisation=acme)
    with pytest.raises(NotClosedYet):
        releasing.ask_for_figures(conversation=conversation, by=analyst, at=timezone.now())
    close(conversation)
    assert release(conversation, acme).state == ReleaseState.DONE

    with pytest.raises(releasing.ReleasedAlready):
        releasing.ask_for_figures(conversation=conversation, by=analyst, at=timezone.now())


def test_the_vault_itself_releases_once(acme: Organisation, in_acme: Tenant) -> None:
    """Whoever forgets the tenant's own row gets nothing new from the vault."""
    conversation, people = make_groups({"nursing": 60, "medicine": 60})
    take_part(conversation, people["nursing"][:30] + people["medicine"][:30])
    close(conversation)
    release(conversation, acme)
    Release.objects.filter(conversation=conversation).delete()

    assert release(conversation, acme).state == ReleaseState.FAILED
    assert not Table.objects.filter(release__conversation=conversation).exists()


def test_a_failed_solver_publishes_nothing_and_may_be_asked_again(
    acme: Organisation, in_acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F20, with HiGHS's own time limit."""
    conversation, people = make_groups({"porters": 12, "estates": 40, "nursing": 120})
    take_part(conversation, people["nursing"][:60] + people["estates"][:9] + people["porters"][:3])
    close(conversation)
    monkeypatch.setattr(tabulating, "SECONDS_TO_DECIDE", 0.0)

    assert release(conversation, acme).state == ReleaseState.FAILED
    assert queries.released_tables(conversation) == []
    monkeypatch.undo()
    assert release(conversation, acme).state == ReleaseState.DONE


def test_only_analysts_ask_and_nobody_after_completion(acme: Organisation, in_acme: Tenant) -> None:
    """R60, architecture 6."""
    conversation = make_conversation()
    close(conversation)
    facilitator = make_staff(Role.FACILITATOR, organisation=acme)
    analyst = make_staff(Role.ANALYST, organisation=acme)

    with pytest.raises(RoleMissing):
        releasing.ask_for_figures(conversation=conversation, by=facilitator, at=timezone.now())
    change(conversation, completed_at=timezone.now())
    conversation.refresh_from_db()
    with pytest.raises(CompleteAlready):
        releasing.ask_for_figures(conversation=conversation, by=analyst, at=timezone.now())


def test_a_snapshot_is_whole_once_a_day_and_gone_a_day_later(acme: Organisation, in_acme: Tenant) -> None:
    """Architecture 3: freeze streams once a day at most."""
    from privacy.vault import frozen

    conversation, people = make_groups({"nursing": 30})
    take_part(conversation, people["nursing"][:20])
    close(conversation)
    done = release(conversation, acme)

    again = vault().freeze(conversation=conversation.pk)
    assert again.is_whole
    assert bytes(done.digest or b"") == again.digest
    with inside_vault():
        assert FrozenPart.objects.filter(snapshot=again.id).exists()
        frozen.forget_frozen(at=timezone.now() + timedelta(days=1, minutes=1))
        assert not Frozen.objects.filter(pk=again.id).exists()


def test_daily_participation_is_for_500_people_and_more(acme: Organisation, in_acme: Tenant) -> None:
    """R42: the vault itself counts; below that nothing is tried."""
    small, people = make_groups({"nursing": 60})
    take_part(small, people["nursing"][:30])
    large, others = make_groups({"nursing": 300, "medicine": 260})
    take_part(large, others["nursing"][:80] + others["medicine"][:70])

    releasing.ask_daily(at=timezone.now())
    for found in Release.objects.filter(conversation=large):
        carry_on(found)

    assert not Release.objects.filter(conversation=small).exists()
    assert queries.people_who_took_part(small) is None
    assert queries.people_who_took_part(large) == 150
    assert {table.code for table in queries.participation_tables(large)} == {
        "participation",
        "participation:team",
    }
    assert queries.released_tables(large) == []


def test_a_withdrawal_releases_nothing_and_yesterday_tells_nothing(
    acme: Organisation, in_acme: Tenant
) -> None:
    """L10: a figure stays until eleven people moved it; somebody more is not seen."""
    conversation, people = make_groups({"nursing": 300, "medicine": 260})
    take_part(conversation, people["nursing"][:80] + people["medicine"][:70])
    now = timezone.now()
    releasing.ask_daily(at=now)
    carry_on(Release.objects.get(conversation=conversation))
    before = [table.cells for table in queries.participation_tables(conversation)]

    take_part(conversation, people["nursing"][80:84])
    with inside_vault():
        Frozen.objects.filter(conversation_id=conversation.pk).delete()
    releasing.ask_daily(at=now + timedelta(days=1))
    carry_on(Release.objects.get(conversation=conversation, state=ReleaseState.RUNNING))

    assert Release.objects.filter(conversation=conversation, state=ReleaseState.DONE).count() == 2
    assert [table.cells for table in queries.participation_tables(conversation)] == before


def test_a_quote_has_one_label_and_none_without_a_released_figure(
    acme: Organisation, in_acme: Tenant
) -> None:
    """L11: at most one dimension, a population of 50, a figure beside it."""
    from conversations.models import Idea

    conversation, people = make_groups({"porters": 45, "nursing": 160, "medicine": 120})
    small = Idea.objects.get(pk=take_part(conversation, people["porters"][:20]))
    large = Idea.objects.get(pk=take_part(conversation, people["nursing"][:80]))
    take_part(conversation, people["medicine"][:60])
    close(conversation)

    def label(idea: Idea, by: str = "team") -> str:
        return vault().describe(
            conversation=conversation.pk, route=bytes(idea.route or b""), contribution=idea.pk, by=by
        )

    assert label(large) == ""
    release(conversation, acme)
    assert label(large) == "nursing"
    assert label(small) == ""
    assert label(large, by="grade") == ""


def test_another_organisation_sees_nothing(beta: Organisation, acme: Organisation, in_acme: Tenant) -> None:
    """I28."""
    from privacy.vault.refusals import UnknownConversation

    conversation, _people = make_groups({"nursing": 30})

    with tenant_context(beta.tenant), pytest.raises(UnknownConversation):
        vault().freeze(conversation=conversation.pk)
