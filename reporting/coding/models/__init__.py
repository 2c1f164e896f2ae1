"""
The coding frame of a conversation, and what analysts read and coded.

Nothing here copies a word that somebody posted: passages and quoted examples are offsets into the text as it
stands. What hangs on a contribution keeps its day and nothing finer.
"""

from reporting.coding.models.frame import (
    Change,
    ChangeKind,
    Code,
    CodeState,
    Example,
    Frame,
    FrameVersion,
)
from reporting.coding.models.given import GivenCode, Reading, SettledCode, Settlement, Suggestion

__all__ = [
    "Change",
    "ChangeKind",
    "Code",
    "CodeState",
    "Example",
    "Frame",
    "FrameVersion",
    "GivenCode",
    "Reading",
    "SettledCode",
    "Settlement",
    "Suggestion",
]
