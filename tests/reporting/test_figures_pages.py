"""The page of group figures at the console."""

from django.test import Client
from django.urls import reverse

from conversations.models import Conversation
from kernel.tenancy import Tenant, tenant_context
from privacy.vault import runner
from reporting.figures import queries
from reporting.figures.models import Release
from reporting.figures.services import releasing
from tenants.models import Organisation, Role
from tests.grouping import close, make_groups, release, take_part
from tests.staffing import desk_of, make_staff


def _address(organisation: Organisation, conversation: Conversation, name: str = "group_figures") -> str:
    return reverse(name, args=[organisation.pk, conversation.pk], urlconf="config.urls.console")


def _analyst(organisation: Organisation) -> Client:
    return desk_of(make_staff(Role.ANALYST, organisation=organisation))


def test_an_analyst_releases_once_and_reads_the_tables(acme: Organisation, in_acme: Tenant) -> None:
    """R53: asked for by a button, watched, read; what is withheld is hatched and explained the same for all."""
    conversation, people = make_groups({"porters": 20, "nursing": 120, "medicine": 90})
    take_part(conversation, people["nursing"][:62] + people["medicine"][:40] + people["porters"][:4])
    close(conversation)
    desk, address = _analyst(acme), _address(acme, conversation)
    assert "Release all figures" in desk.get(address).content.decode()

    assert desk.post(_address(acme, conversation, "release_group_figures")).status_code == 302
    page = desk.get(address).content.decode()
    assert "handed to the vault" in page
    assert "Release all figures" not in page
    assert "hx-get" in desk.get(address, headers={"HX-Request": "true"}).content.decode()
    with tenant_context(acme.tenant):
        releasing.follow_all()
        runner.run_waiting()
    page = desk.get(address).content.decode()
    assert queries.WITHHELD.replace("%", "%") in page
    assert 'class="number withheld"' in page
    assert "nursing" in page
    assert desk.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert desk.post(_address(acme, conversation, "release_group_figures")).status_code == 409


def test_before_closing_the_page_says_when(acme: Organisation, in_acme: Tenant) -> None:
    conversation, _people = make_groups({"nursing": 20})
    desk = _analyst(acme)

    assert "after the conversation has closed" in desk.get(_address(acme, conversation)).content.decode()
    refused = desk.post(_address(acme, conversation, "release_group_figures"))
    assert refused.status_code == 409
    assert "once, after the conversation has closed" in refused.content.decode()


def test_only_analysts_see_it(acme: Organisation, in_acme: Tenant) -> None:
    """R60."""
    conversation, _people = make_groups({"nursing": 20})
    facilitator = desk_of(make_staff(Role.FACILITATOR, organisation=acme))

    assert facilitator.get(_address(acme, conversation)).status_code in {403, 404}


def test_the_page_asks_as_often_for_ten_tables_as_for_one(acme: Organisation, in_acme: Tenant) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    conversation, people = make_groups({"nursing": 60, "medicine": 60})
    take_part(conversation, people["nursing"][:30] + people["medicine"][:30])
    close(conversation)
    release(conversation, acme)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        tables = queries.released_tables(conversation)
    assert len(tables) > 3
    assert len(asked) <= 3
    assert Release.objects.filter(conversation=conversation).count() == 1
