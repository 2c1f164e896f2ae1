"""Real releases in the client's hands: 600 people on a roster, and teams that are never shown (scenario 22; R42, R53)."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation
from kernel.tenancy import tenant_context
from privacy.anonymity import Ticket
from reporting.figures.models import Release, ReleaseState, Scale
from reporting.figures.queries import people_who_took_part, released_tables
from reporting.figures.services import releasing
from tenants.models import Organisation
from tests.grouping import carry_on, close, make_groups, release, take_part
from tests.reporting.sponsoring import portal_of

# A roster that names a team of fewer than 11 is refused; ten of this one take part.
_TEAMS = {"porters": 11, "estates": 40, "nursing": 249, "medicine": 180, "offices": 120}
_TOOK_PART = {"porters": 10, "estates": 9, "nursing": 130, "medicine": 90, "offices": 60}
_ROW = re.compile(r'<th scope="row"[^>]*>([^<]+)</th>\s*(<td.*?)</tr>', re.DOTALL)


@pytest.fixture
def ground(acme: Organisation) -> tuple[Conversation, dict[str, list[Ticket]]]:
    """A roster of 600 people; 299 take part."""
    with tenant_context(acme.tenant):
        talk, people = make_groups(_TEAMS)
        for team, count in _TOOK_PART.items():
            take_part(talk, people[team][:count])
    return talk, people


def _groups(portal: Client, talk: Conversation) -> dict[str, str]:
    """Rows of tables about groups on the page: name -> cells."""
    page = portal.get(f"/organisation/conversations/{talk.slug}/").content.decode()
    section = page.partition('aria-labelledby="groups"')[2].partition("</section>")[0]
    return dict(_ROW.findall(section))


def _must_hide_small_teams(found: dict[str, str]) -> None:
    """A team with 10 who took part, and one with 9 of 40: hatched, and nothing else stands in their cells."""
    for team in ("porters", "estates"):
        assert re.fullmatch(r'\s*<td class="number withheld"><span>withheld</span></td>\s*', found[team])
    shown = [int(figure) for cells in found.values() for figure in re.findall(r"<td[^>]*>(\d+)", cells)]
    assert shown
    assert all(figure % 5 == 0 and figure >= 15 for figure in shown)


def test_groups_of_a_day_and_of_the_end_reach_the_portal(
    acme: Organisation, ground: tuple[Conversation, dict[str, list[Ticket]]]
) -> None:
    """Through the real vault and its runner: daily participation while it is open, the whole menu afterwards."""
    talk, people = ground
    portal = portal_of(acme)
    assert _groups(portal, talk) == {}
    with tenant_context(acme.tenant):
        releasing.ask_daily(at=timezone.now())
        daily = Release.objects.get(conversation=talk, scale=Scale.DAILY)
        assert carry_on(daily).state == ReleaseState.DONE
        assert people_who_took_part(talk) in {295, 300}
    first = _groups(portal, talk)
    _must_hide_small_teams(first)
    assert "300" in first["Everybody"] or "295" in first["Everybody"]
    with tenant_context(acme.tenant):
        # The last of the smaller team comes today: the figures of yesterday must not give it away.
        take_part(talk, people["estates"][9:12])
        close(talk)
        assert release(talk, acme).state == ReleaseState.DONE
        tables = released_tables(talk)
    last = _groups(portal, talk)
    assert set(last) == set(first)
    _must_hide_small_teams(last)
    assert {table.code for table in tables} >= {"participation", "participation:team", "reactions:team"}
    for table in tables:
        cells = dict(zip(table.rows, table.cells, strict=True))
        assert all(cell.shown is None for cell in cells.get("porters", []))
