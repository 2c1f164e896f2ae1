from uuid import uuid4

from django.db import models

from conversations.models.conversation import Conversation
from privacy.anonymity import Kind

MOST_CHARACTERS_OF_REPLY = 1000
MOST_CHARACTERS_OF_HANDOVER = 2000


class Lane(models.IntegerChoices):
    """Which is looked at first. A contribution stands in the most urgent of its lanes."""

    SAFEGUARDING = 1, "Safeguarding"
    REPORTED = 2, "Reported"
    HINTED = 3, "Hinted"
    NEW = 4, "New"


class Examined(models.IntegerChoices):
    """How far the text was looked through. What its author changes starts again."""

    NOT_YET = 0
    BY_RULES = 1  # the vault did not answer: the names of the roster are still to be compared
    COMPLETELY = 2


class QueueItem(models.Model):
    """
    A contribution as facilitators work on it: one for each idea and comment, under the contribution's own id.

    No key to the contribution, so that an item is always the last thing a statement locks. It keeps days;
    a claim holds a time while it lasts. Nothing in it is the same for two contributions of one author.
    """

    id = models.UUIDField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=7, choices=[(kind.value, kind.value) for kind in Kind])
    day = models.DateField()
    lane = models.SmallIntegerField(choices=Lane, default=Lane.NEW)
    is_open = models.BooleanField(default=True)
    # How many reports were seen, and how many of those by somebody who is worried: more of them open it again.
    reports = models.IntegerField(default=0)
    worries = models.IntegerField(default=0)
    # What to look at in the text, as [kind, words of the text itself].
    hints = models.JSONField(default=list)
    examined = models.SmallIntegerField(choices=Examined, default=Examined.NOT_YET)
    # The same for posts that say nearly the same; the id of one of them.
    alike = models.UUIDField(null=True)
    is_grouped = models.BooleanField(default=False)
    claimed_by = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    handled_by = models.UUIDField(null=True)
    handled_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(lane__in=Lane.values), name="queue_lane_is_known"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in Kind]), name="queue_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(claimed_by__isnull=True, claimed_until__isnull=True)
                | models.Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="queue_claim_is_whole",
            ),
        ]
        indexes = [
            # The queue by lane, in the order of its keyset. Within a day the random id decides: nobody's order.
            models.Index(
                fields=["conversation", "lane", "day", "id"],
                condition=models.Q(is_open=True),
                name="queue_open",
            ),
            models.Index(
                fields=["conversation", "-handled_on", "id"],
                condition=models.Q(is_open=False),
                name="queue_done",
            ),
            models.Index(fields=["alike"], condition=models.Q(alike__isnull=False), name="queue_alike"),
            models.Index(
                fields=["conversation", "examined"],
                condition=models.Q(examined__lt=Examined.COMPLETELY),
                name="queue_to_examine",
            ),
            models.Index(
                fields=["conversation"], condition=models.Q(is_grouped=False), name="queue_to_group"
            ),
            models.Index(
                fields=["claimed_by"], condition=models.Q(claimed_by__isnull=False), name="queue_claimed"
            ),
        ]

    def __str__(self) -> str:
        return f"{Lane(self.lane).label} {self.kind} {self.id}"


class SavedReply(models.Model):
    """Words that facilitators of an organisation say often."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    title = models.CharField(max_length=80, unique=True)
    text = models.CharField(max_length=MOST_CHARACTERS_OF_REPLY)

    def __str__(self) -> str:
        return self.title


class HandoverNote(models.Model):
    """What the next shift should know. Nobody changes or deletes one."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="handover_notes")
    # The form that was sent: twice is one note.
    form = models.UUIDField(unique=True)
    day = models.DateField()
    by = models.UUIDField()
    text = models.CharField(max_length=MOST_CHARACTERS_OF_HANDOVER)

    def __str__(self) -> str:
        return f"{self.day}: {self.text[:60]}"
