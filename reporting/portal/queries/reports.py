"""The published reports of a conversation, for whoever downloads them."""

from uuid import UUID

from conversations.models import Conversation
from kernel.errors import NotFound
from reporting.documents.models import Document, VersionState
from reporting.documents.queries import published_document


def document_of(conversation: Conversation, version: UUID, format: str) -> Document:
    """A file of a report of this conversation that stands published. Raises NotFound."""
    found = published_document(version, format)
    if found.version.report.conversation_id != conversation.pk:
        raise NotFound
    return found


def document_with(id: UUID) -> Document:
    """The same by its own id, asked again when its link is opened: it may have been taken back. Raises NotFound."""
    found = (
        Document.objects.filter(pk=id, version__state=VersionState.PUBLISHED)
        .select_related("version__report__conversation")
        .first()
    )
    if found is None:
        raise NotFound
    return found
