from uuid import uuid4

from django.db import models

from conversations.models.contribution import Comment, Idea

MOST_CHARACTERS_OF_DECISION = 1000


def _is_about_one(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(idea__isnull=True) ^ models.Q(comment__isnull=True), name=name
    )


class CaseState(models.TextChoices):
    OPEN = "open", "Waits for us"
    OFFERED = "offered", "Support was offered"
    ESCALATED = "escalated", "Escalated"
    CLOSED = "closed", "Closed"


class Safeguarding(models.Model):
    """
    Somebody seems to be in danger: what a contribution makes us fear, and what we do.

    It knows nobody. It keeps its day, and no time.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    idea = models.OneToOneField(Idea, on_delete=models.CASCADE, null=True, related_name="safeguarding")
    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, null=True, related_name="safeguarding")
    state = models.CharField(max_length=9, choices=CaseState, default=CaseState.OPEN)
    opened_on = models.DateField()
    # Whether those on duty were called. It is tried until somebody was.
    is_alerted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            _is_about_one("safeguarding_is_about_one"),
            models.CheckConstraint(
                condition=models.Q(state__in=CaseState.values), name="safeguarding_state_is_known"
            ),
        ]
        indexes = [
            # "Who is still to be called?": looked for every minute, and hardly ever there.
            models.Index(fields=["id"], condition=models.Q(is_alerted=False), name="safeguarding_to_alert")
        ]

    def __str__(self) -> str:
        return self.state


class Decision(models.Model):
    """One entry in the log of a safeguarding case, in its order. Entries are added, and never changed."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    case = models.ForeignKey(Safeguarding, on_delete=models.CASCADE, related_name="decisions", db_index=False)
    position = models.SmallIntegerField()
    by = models.UUIDField()
    day = models.DateField()
    text = models.CharField(max_length=MOST_CHARACTERS_OF_DECISION)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "position"], name="decision_has_its_place")]

    def __str__(self) -> str:
        return self.text[:60]


class OpenIdentification(models.Model):
    """
    Which contribution an identification is about, while it is asked for or approved: then this row goes.

    The control plane, which keeps the record, never learns of which contribution it is.
    """

    # The number of the record.
    id = models.UUIDField(primary_key=True)
    idea = models.OneToOneField(Idea, on_delete=models.CASCADE, null=True, related_name="identification")
    comment = models.OneToOneField(
        Comment, on_delete=models.CASCADE, null=True, related_name="identification"
    )

    class Meta:
        constraints = [_is_about_one("identification_is_about_one")]

    def __str__(self) -> str:
        return str(self.id)
