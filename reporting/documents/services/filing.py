"""Files of versions in the organisation's object store, under names that no deletion of a conversation looks for."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from kernel.errors import NotFound
from reporting.documents.measures import digest_of_bytes
from reporting.documents.models import Document


class FileAway(NotFound):
    code = "file_away"
    message = _("This file is not there any more. Look in the list of reports for the version that stands.")


def file_of(document: Document) -> str:
    """Under the version's own id: what was published stays when the conversation is deleted."""
    return f"documents/{document.version_id.hex}/report.{document.format}"


def keep_file(document: Document, content: bytes) -> None:
    """A file that was left by a killed worker says the same; a second name would not be found again."""
    remove_file(document)
    default_storage.save(file_of(document), ContentFile(content))


def remove_file(document: Document) -> None:
    default_storage.delete(file_of(document))


def kept_file(document: Document) -> bytes:
    """Raises FileAway where there is none, or where it is not what was published."""
    try:
        with default_storage.open(file_of(document)) as kept:
            content: bytes = kept.read()
    except FileNotFoundError as gone:
        raise FileAway from gone
    if digest_of_bytes(content) != document.digest:
        raise FileAway
    return content
