"""Links to files of a report: signed, for one account, for ten minutes; each download stands in the audit."""

from collections.abc import Mapping
from uuid import UUID

from django.core import signing
from django.core.files.storage import default_storage

from kernel import audit
from kernel.errors import NotFound
from kernel.tenancy import current_tenant
from reporting.documents.measures import digest_of_bytes
from reporting.documents.models import Document

SECONDS = 600


class LinkOver(NotFound):
    code = "link_over"
    message = "This link has ended: each is good for ten minutes, for you alone. Go back to the reports and open it from there."


class FileAway(NotFound):
    code = "file_away"
    message = "This file is not there any more. Look in the list of reports for the version that stands."


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
    try:
        with default_storage.open(file_of(document)) as kept:
            content: bytes = kept.read()
    except FileNotFoundError as gone:
        raise FileAway from gone
    if digest_of_bytes(content) != document.digest:
        raise FileAway
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


def file_of(document: Document) -> str:
    """Under the version's own id: a deletion of the conversation leaves what was published."""
    return f"documents/{document.version_id.hex}/report.{document.format}"


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"reporting.documents.{current_tenant().schema_name}")
