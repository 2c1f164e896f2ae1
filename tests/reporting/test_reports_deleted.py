"""A deletion keeps reports and takes what could reach somebody out of them (R54, R62, architecture 6)."""

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from conversations.models import Conversation
from conversations.services.emptying import CONTRIBUTIONS
from kernel.tenancy import Tenant
from reporting.documents import permissions
from reporting.documents.models import Edition, Quote, Report, Section, Version, VersionState
from reporting.documents.queries import reports_of
from reporting.documents.services.filing import file_of
from reporting.documents.services.keeping import REPORTS
from tests import documents
from tests.documents import make_report, publish, quote, section_in, write
from tests.making import enrol, make_conversation, make_idea, make_people
from tests.privacy.deleting import digests_written, emptied, scope_of

_ADDRESS = "hope.smith@people.example"


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    talk = make_conversation()
    enrol(talk, _ADDRESS)
    return talk


def _deleted(tenant: Tenant, talk: Conversation) -> None:
    scope = scope_of(tenant, talk)
    digests_written(scope)
    for store in (CONTRIBUTIONS, REPORTS):
        emptied(scope, only=store.name)
    assert REPORTS.remaining(scope) == 0
    assert REPORTS.erase(scope) == 0


def _reports(talk: Conversation) -> tuple[Report, Report, Report]:
    """One that quotes nobody's address, one that quotes somebody's, one into which an analyst typed it."""
    (person,) = make_people(talk)
    clean = make_idea(talk, person, "More daylight in every office.")
    telling = make_idea(talk, person, f"Write to {_ADDRESS} and I tell you more.")
    documents.closed(talk)
    plain, quoting, typed = (make_report(talk, title=title) for title in ("Plain", "Quoting", "Typed"))
    quote(plain, clean, "More daylight [...] office.")
    quote(quoting, telling, f"Write to {_ADDRESS}")
    write(section_in(typed, "next"), f"Ask {_ADDRESS} for more.")
    return plain, quoting, typed


def test_what_was_published_stays_and_leads_to_nobody(in_acme: Tenant, talk: Conversation) -> None:
    reports = _reports(talk)
    plain, quoting, typed = (publish(report) for report in reports)
    files = {
        version.pk: [file_of(one) for one in version.documents.all()] for version in (plain, quoting, typed)
    }

    _deleted(in_acme, talk)

    assert [line.title for line in reports_of(talk)] == ["Plain"]
    assert all(default_storage.exists(name) for name in files[plain.pk])
    for version in (quoting, typed):
        assert Version.objects.get(pk=version.pk).state == VersionState.WITHHELD
        assert not any(default_storage.exists(name) for name in files[version.pk])
    assert not Edition.objects.filter(content__contains="hope").exists()


def test_drafts_go_and_nothing_is_published_any_more(in_acme: Tenant, talk: Conversation) -> None:
    plain, *_others = _reports(talk)

    _deleted(in_acme, talk)

    assert not Section.objects.filter(report__conversation=talk).exists()
    assert not Quote.objects.filter(section__report__conversation=talk).exists()
    with pytest.raises(permissions.NotToPublishAnyMore):
        publish(plain)


def test_the_conversation_next_to_it_keeps_its_reports(in_acme: Tenant, talk: Conversation) -> None:
    other = documents.coded_ground()
    kept = publish(make_report(other.talk))

    _deleted(in_acme, talk)

    assert Version.objects.get(pk=kept.pk).state == VersionState.PUBLISHED
    assert Section.objects.filter(report=kept.report).exists()
    assert timezone.localdate() == kept.published_on
