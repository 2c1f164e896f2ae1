"""What a page needs to say "today" and "yesterday" of the days it shows."""

from datetime import date

from django.utils import timezone

from conversations.staff import ProjectRequest


def today_for(request: ProjectRequest) -> dict[str, date]:
    """In the conversation's time zone."""
    return {"today": timezone.now().astimezone(request.conversation.zone).date()}
