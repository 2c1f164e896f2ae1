from uuid import uuid4

from django.db import models

from conversations.models import Conversation


class OpinionRun(models.Model):
    """
    Asking the vault for opinion groups, and what it found: rounded figures about groups, once for a conversation.

    Nothing here leads to anybody: ideas by their ids, shares of groups of at least eleven people.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="+")
    # The vault was asked since somebody asked here; a job that failed before is not the answer.
    is_asked = models.BooleanField(default=False)
    has_failed = models.BooleanField(default=False)
    # As `privacy.opinions.found` shapes it, once it is there.
    found = models.JSONField(null=True)
    found_on = models.DateField(null=True)
    asked_on = models.DateField()
    by = models.UUIDField()

    def __str__(self) -> str:
        return "found" if self.found_on else "failed" if self.has_failed else "under way"
