"""Reports to download: links that end, for one account; each download on record (R43)."""

import hashlib
from datetime import date
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.signing import TimestampSigner
from django.test import Client

from accounts.models import Account
from conversations.models import Conversation
from kernel.models import AuditEntry
from kernel.tenancy import control_plane, tenant_context
from reporting.documents.measures import digest_of_bytes
from reporting.documents.models import Document, Edition, Report, Snapshot, Version, VersionState
from reporting.documents.services.filing import file_of
from reporting.documents.services.links import SECONDS
from tenants.models import Organisation
from tests.making import make_conversation
from tests.reporting.sponsoring import make_sponsor, portal_of

_PDF = b"%PDF-1.7 what people said"


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


@pytest.fixture
def version(acme: Organisation, talk: Conversation) -> Version:
    """A report as documents publishes it, in one format."""
    with tenant_context(acme.tenant):
        content = f'{{"of":"{uuid4()}"}}'
        digest = hashlib.sha256(content.encode()).hexdigest()
        kept = {"digest": digest, "conversation": talk, "content": content}
        day = date(2026, 6, 12)
        snapshot = Snapshot.objects.create(**kept, taken_on=day, number=1)
        edition = Edition.objects.create(**kept)
        report = Report.objects.create(conversation=talk, title="What people said", started_on=day)
        made = Version.objects.create(
            report=report,
            number=1,
            snapshot=snapshot,
            edition=edition,
            state=VersionState.PUBLISHED,
            published_on=day,
            by=uuid4(),
        )
        document = Document.objects.create(
            version=made, format="pdf", digest=digest_of_bytes(_PDF), size=len(_PDF)
        )
        default_storage.save(file_of(document), ContentFile(_PDF))
    return made


@pytest.fixture
def sponsor(acme: Organisation) -> Account:
    return make_sponsor(acme)


@pytest.fixture
def portal(acme: Organisation, sponsor: Account) -> Client:
    return portal_of(acme, sponsor)


def _at(talk: Conversation, version: Version, format: str = "pdf") -> str:
    return f"/organisation/conversations/{talk.slug}/reports/{version.pk}/{format}/"


def test_a_published_report_is_listed_and_downloaded(
    acme: Organisation, portal: Client, talk: Conversation, version: Version, sponsor: Account
) -> None:
    """R43"""
    page = portal.get(f"/organisation/conversations/{talk.slug}/reports/").content.decode()
    assert "What people said" in page
    assert _at(talk, version) in page
    assert "What reports leave out, and why" in page

    led = portal.get(_at(talk, version))
    file = portal.get(led["Location"])

    assert file.content == _PDF
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"] == 'attachment; filename="what-people-said-1.pdf"'
    assert "no-store" in file["Cache-Control"]
    with control_plane():
        (entry,) = AuditEntry.objects.filter(organisation=acme.pk, what="report downloaded").order_by(
            "-position"
        )[:1]
    assert entry.about["where"] == "organisation"
    assert entry.about["account"] == str(sponsor.pk)


def test_a_link_ends_and_is_for_one_account(
    acme: Organisation, portal: Client, talk: Conversation, version: Version
) -> None:
    """R43: ten minutes, and passed on it opens nothing."""
    link = portal.get(_at(talk, version))["Location"]
    assert portal_of(acme).get(link).status_code == 404

    with patch.object(TimestampSigner, "timestamp", return_value="1"):
        old = portal.get(_at(talk, version))["Location"]
    assert portal.get(old).status_code == 404
    assert portal.get(link[:-2] + "x/").status_code == 404
    assert SECONDS == 600


def test_what_was_taken_back_is_gone_at_once(
    acme: Organisation, portal: Client, talk: Conversation, version: Version
) -> None:
    """R43: also for whoever holds a link already."""
    link = portal.get(_at(talk, version))["Location"]
    with tenant_context(acme.tenant):
        Version.objects.filter(pk=version.pk).update(state=VersionState.WITHHELD)

    assert portal.get(link).status_code == 404
    assert portal.get(_at(talk, version)).status_code == 404
    page = portal.get(f"/organisation/conversations/{talk.slug}/reports/").content.decode()
    assert "No report yet" in page


def test_a_report_of_another_conversation_or_format_is_none(
    acme: Organisation, beta: Organisation, portal: Client, version: Version, talk: Conversation
) -> None:
    """I3"""
    with tenant_context(acme.tenant):
        other = make_conversation()

    assert portal.get(_at(other, version)).status_code == 404
    assert portal.get(_at(talk, version, "exe")).status_code == 404
    link = portal.get(_at(talk, version))["Location"]
    assert portal_of(beta).get(link).status_code == 404
