"""
Handing in what somebody wrote here, for a copy they asked for elsewhere.

The vault lends the tags of one person for one copy. What they find goes back into the vault at once,
and is kept nowhere here; who it is, and which request it belongs to, is not known here.
"""

from datetime import datetime

import msgspec

from conversations.models import Conversation, Idea
from conversations.queries import own
from conversations.services.leaving import everything_said
from kernel.database import rows
from privacy.anonymity import Kind
from privacy.vault.interface import vault
from privacy.vault.rights import CopyWanted


def hand_in_copies(*, at: datetime) -> None:
    """Everything that is wanted of the current organisation. May be run again at any moment. Raises VaultDown."""
    for wanted in vault().copies_wanted():
        _hand_in(wanted, at=at)


def _hand_in(wanted: CopyWanted, *, at: datetime) -> None:
    conversation = Conversation.objects.filter(pk=wanted.conversation).first()
    if conversation is None:
        # Gone here already, so there is nothing to hand in.
        vault().hand_in_copy(conversation=wanted.conversation, part=wanted.part, content=b"{}")
        return
    ideas = list(
        Idea.objects.filter(stream__conversation=conversation).order_by("pk").values_list("pk", flat=True)
    )
    split = [parent for (parent,) in rows(_SPLIT, [conversation.pk])]
    lent = vault().copy_tags(conversation=conversation.pk, part=wanted.part, ideas=ideas, split=split)
    tags = {Kind.IDEA: lent.ideas, Kind.COMMENT: lent.comments}
    said = everything_said(
        own.posts_under(conversation, tags, today=at.astimezone(conversation.zone).date()),
        own.votes_under(dict(zip(lent.votes, ideas, strict=False))),
        own.threads_under(conversation, tags),
    )
    vault().hand_in_copy(conversation=conversation.pk, part=wanted.part, content=msgspec.json.encode(said))


_SPLIT = """
    SELECT DISTINCT i.part_of_id FROM conversations_idea i JOIN conversations_stream s ON s.id = i.stream_id
    WHERE s.conversation_id = %s AND i.part_of_id IS NOT NULL
"""
