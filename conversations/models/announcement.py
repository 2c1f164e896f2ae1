from datetime import datetime
from uuid import uuid4

from django.db import models

from conversations.models.conversation import Conversation

MOST_CHARACTERS_OF_ANNOUNCEMENT = 2000


class Announcement(models.Model):
    """What the facilitators say to everybody on the conversation's home, from one moment until another."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="announcements")
    text = models.CharField(max_length=MOST_CHARACTERS_OF_ANNOUNCEMENT)
    shown_from = models.DateTimeField()
    # Null stands until it is taken down.
    shown_until = models.DateTimeField(null=True)
    position = models.SmallIntegerField(default=0)
    # Went to everybody as a mail as well.
    is_sent = models.BooleanField(default=False)
    by = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(shown_until__isnull=True)
                | models.Q(shown_from__lt=models.F("shown_until")),
                name="announcement_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def is_shown(self, *, at: datetime) -> bool:
        return self.shown_from <= at and (self.shown_until is None or at < self.shown_until)
