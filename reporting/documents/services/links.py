"""Links to files of a report: signed, for one account, for ten minutes; each download stands in the audit."""

from collections.abc import Mapping
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext_lazy as _

from kernel import audit
from kernel.errors import NotFound
from kernel.tenancy import current_tenant
from reporting.documents.models import Document
from reporting.documents.services.filing import kept_file

SECONDS = 600


class LinkOver(NotFound):
    code = "link_over"
    message = _(
        "This link has ended: each is good for ten minutes, for you alone. Go back to the reports and open it from there."
    )


def open_link(document: Document, *, reader: UUID) -> str:
    """What stands in the address of a file for this account, for ten minutes. It names no participant."""
    return _signer().sign(f"{document.pk.hex}.{reader.hex}")


def document_behind(link: str, *, reader: UUID) -> UUID:
    """Which file a link opens for this account. Raises LinkOver."""
    try:
        document, _dot, whose = _signer().unsign(link, max_age=SECONDS).partition(".")
    except signing.BadSignature as reason:
        raise LinkOver from reason
    if whose != reader.hex:
        raise LinkOver
    return UUID(document)


def opened(document: Document, *, reader: UUID, where: str) -> bytes:
    """
    The file, after its download was recorded. `where` is "console" or "organisation".

    Raises FileAway where there is none, or where it is not what was published.
    """
    content = kept_file(document)
    about: Mapping[str, str | int] = {
        "project": str(document.version.report.conversation_id),
        "version": document.version.number,
        "report": str(document.version.report_id),
        "format": document.format,
        "where": where,
    }
    is_staff = where == "console"
    audit.record(
        "report downloaded",
        by=reader if is_staff else None,
        organisation=current_tenant().organisation,
        about=about if is_staff else {**about, "account": str(reader)},
    )
    return content


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"reporting.documents.{current_tenant().schema_name}")
