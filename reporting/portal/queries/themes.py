"""Which themes are talked about most, where participants could read that their organisation would see it."""

from conversations.models import Conversation
from reporting.findings import queries as findings
from reporting.shapes import ThemeStrength

# A theme of few contributions is hardly one, and its name may say who wrote them.
FEWEST = 11
_MOST = 10


def trending_themes(conversation: Conversation) -> list[ThemeStrength]:
    """The largest first. Nothing where the project did not choose this before it was scheduled."""
    if not conversation.client_sees_themes:
        return []
    found = [theme for theme in findings.themes_of(conversation) if theme.contributions >= FEWEST]
    return sorted(found, key=lambda theme: (-theme.contributions, theme.path))[:_MOST]
