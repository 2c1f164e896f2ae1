"""
What facilitators do to contributions: each one transaction over the contribution, votes, comments, the words
it is found by, the record of the act, the notice to its author and the outbox (decision 017).

Every act names the rule it rests on and the version of the contribution that somebody had before them.
"""

from conversations.services.acts.decisions import RULES, NoteTooLong, RuleMissing
from conversations.services.acts.holding import ChangedMeanwhile, DoesNotFit
from conversations.services.acts.merging import AreasDiffer, Merge, NothingToMerge, merge_ideas
from conversations.services.acts.moving import move_idea
from conversations.services.acts.splitting import Part, PartsMissing, TooManyParts, split_idea
from conversations.services.acts.undoing import NotTheLatest, TakenAway, UndoneAlready, undo_act
from conversations.services.acts.visibility import hide_post, remove_post, restore_post
from conversations.services.acts.wording import (
    MASK,
    NothingChanged,
    WordsNotThere,
    edit_post,
    mask_post,
    masked,
)

__all__ = [
    "MASK",
    "RULES",
    "AreasDiffer",
    "ChangedMeanwhile",
    "DoesNotFit",
    "Merge",
    "NotTheLatest",
    "NoteTooLong",
    "NothingChanged",
    "NothingToMerge",
    "Part",
    "PartsMissing",
    "RuleMissing",
    "TakenAway",
    "TooManyParts",
    "UndoneAlready",
    "WordsNotThere",
    "edit_post",
    "hide_post",
    "mask_post",
    "masked",
    "merge_ideas",
    "move_idea",
    "remove_post",
    "restore_post",
    "split_idea",
    "undo_act",
]
