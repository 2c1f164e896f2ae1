from conversations.models import Conversation
from reporting.shapes import ReleasedTable


def people_who_took_part(conversation: Conversation) -> int | None:  # noqa: ARG001
    return None


def participation_tables(conversation: Conversation) -> list[ReleasedTable]:  # noqa: ARG001
    return []
