"""The charts a report may choose from, drawn once when the analysis is frozen."""

from dataclasses import asdict
from typing import Any

from conversations.models import Conversation
from reporting.shapes import Chart, ThemeStrength


def charts_of(conversation: Conversation, themes: list[ThemeStrength]) -> list[dict[str, Any]]:
    return []
