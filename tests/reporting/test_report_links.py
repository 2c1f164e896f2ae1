"""Files of reports: links end, are for one account, and hand out what was made."""

from uuid import uuid4

import pytest
from django.core.files.storage import default_storage

from kernel import audit
from kernel.errors import NotFound
from kernel.models import AuditEntry
from kernel.tenancy import Tenant, control_plane, tenant_context
from reporting.documents import queries
from reporting.documents.models import (
    Edition,
)
from reporting.documents.services import (
    filing,
    links,
)
from tenants.models import Organisation, Role
from tenants.permissions import Staff
from tests import documents
from tests.coding import ANALYST
from tests.documents import (
    Ground,
    coded_ground,
    make_report,
    publish,
)

FACILITATOR = Staff(id=uuid4(), name="Flo Demo", roles=frozenset({Role.FACILITATOR}))


@pytest.fixture
def ground(in_acme: Tenant) -> Ground:
    return coded_ground()


def test_a_link_is_for_one_account_and_ends(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """R43: signed, ten minutes, and every download stands in the audit without a participant."""
    kept = documents.document(publish(make_report(ground.talk)), "pdf")
    reader = uuid4()
    link = links.open_link(kept, reader=reader)

    assert links.document_behind(link, reader=reader) == kept.pk
    for wrong in (link[:-1], "", link.replace(".", "", 1)):
        with pytest.raises(links.LinkOver):
            links.document_behind(wrong, reader=reader)
    with pytest.raises(links.LinkOver):
        links.document_behind(link, reader=uuid4())
    monkeypatch.setattr(links, "SECONDS", -1)
    with pytest.raises(links.LinkOver):
        links.document_behind(link, reader=reader)
    links.opened(kept, reader=reader, where="organisation")
    with control_plane():
        entry = AuditEntry.objects.order_by("-position")[0]
    assert entry.what == "report downloaded"
    assert entry.by is None
    assert entry.about["account"] == str(reader)
    assert audit.verify() == []


def test_a_file_that_was_changed_is_not_handed_out(ground: Ground) -> None:
    from django.core.files.base import ContentFile

    kept = documents.document(publish(make_report(ground.talk)), "docx")
    default_storage.delete(filing.file_of(kept))
    with pytest.raises(filing.FileAway):
        links.opened(kept, reader=ANALYST.id, where="console")
    default_storage.save(filing.file_of(kept), ContentFile(b"something else"))

    with pytest.raises(filing.FileAway):
        links.opened(kept, reader=ANALYST.id, where="console")


def test_another_organisation_has_no_part_in_it(ground: Ground, beta: Organisation) -> None:
    """Two organisations: reports, links and files of one do not exist in the other."""
    version = publish(make_report(ground.talk))
    kept = documents.document(version, "pdf")
    link = links.open_link(kept, reader=ANALYST.id)

    with tenant_context(beta.tenant):
        assert not Edition.objects.filter(pk=version.edition_id).exists()
        with pytest.raises(NotFound):
            queries.published_document(version.pk, "pdf")
        with pytest.raises(links.LinkOver):
            links.document_behind(link, reader=ANALYST.id)
        with pytest.raises(filing.FileAway):
            links.opened(kept, reader=ANALYST.id, where="console")
