"""A conversation from its end to the report in the client's hands (scenarios 26 to 28; R50-R56, R43)."""

import io
import secrets
import sys
import zipfile

import pikepdf
import pytest
from django.utils import timezone

from config import demo_closed, demo_meals
from conversations.queries.conversations import conversation_at
from kernel.tenancy import tenant_context
from reporting.coding.queries import progress_of
from reporting.coding.queries.agreement import agreement_of
from reporting.coding.queries.settled import disputes
from reporting.documents.models import Version, VersionState
from reporting.figures.queries import people_who_took_part, released_tables
from reporting.findings.queries import opinion_groups_of
from tenants.models import Organisation, Role
from tests import analysing
from tests.analysing import BIODIVERSITY, HOUSING, Stages
from tests.making import make_organisation
from tests.reporting.sponsoring import portal_of
from tests.staffing import make_staff

_FORMATS = ["pdf", "docx", "html", "pptx"]
_AT_HAND = pytest.mark.skipif(not analysing.exports_at_hand(), reason="POLIS_EXPORTS holds no export")


def _must_reach_the_portal(organisation: Organisation, slug: str, version: Version) -> str:
    """Listed with every format, and each opens as what it says it is. Returns the page of groups."""
    portal = portal_of(organisation)
    at = f"/organisation/conversations/{slug}/"
    listed = portal.get(f"{at}reports/").content.decode()
    for name in _FORMATS:
        way = f"{at}reports/{version.pk}/{name}/"
        assert way in listed
        answer = portal.get(way, follow=True)
        content = answer.content
        if name == "pdf":
            with pikepdf.open(io.BytesIO(content)) as document:
                assert document.Root.MarkInfo.Marked
        elif name == "html":
            assert "default-src 'none'" in answer["Content-Security-Policy"]
            assert "Content-Disposition" not in answer
        else:
            assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    return portal.get(at).content.decode()


def test_the_demonstration_of_a_closed_conversation_reaches_its_client() -> None:
    """Our own words: 26 ideas, two analysts, a survey with a group that is too small, a report with quotes."""
    organisation = make_organisation()
    by = make_staff(Role.ANALYST), make_staff(Role.ANALYST)
    with tenant_context(organisation.tenant):
        version = demo_closed.load(organisation=organisation.name, by=by)
        talk = conversation_at(demo_meals.SLUG)
        assert version.state == VersionState.PUBLISHED
        assert progress_of(talk).unread == 0
        assert disputes(talk)[0] == 0
        assert agreement_of(talk).contributions > 10
        assert people_who_took_part(talk)
        by_work = next(table for table in released_tables(talk) if table.code == "participation:work")
        shown = dict(zip(by_work.rows, (row[0].shown for row in by_work.cells), strict=True))
        groups = opinion_groups_of(talk)
    assert shown["Caring for patients"]
    assert shown["Volunteers"] is None
    assert groups is not None
    assert len(groups.groups) >= 2
    assert groups.dividing
    page = _must_reach_the_portal(organisation, demo_meals.SLUG, version)
    assert "Volunteers" in page


@_AT_HAND
@pytest.mark.parametrize("export", [HOUSING, BIODIVERSITY])
def test_a_real_conversation_comes_to_a_report(export: str) -> None:
    """Both Polis conversations, from the export to the portal; prints what each stage took."""
    organisation = make_organisation()
    by = make_staff(Role.ANALYST), make_staff(Role.ANALYST)
    slug, stages = f"polis-{secrets.token_hex(3)}", Stages()
    with stages.stage("import"):
        analysing.take_over(organisation, export, slug)
    version = analysing.analyse(organisation, slug, export, by, stages)
    sys.stdout.write(f"\n{export}\n{stages}\n")
    assert version.state == VersionState.PUBLISHED
    assert version.published_on <= timezone.localdate()
    _must_reach_the_portal(organisation, slug, version)
