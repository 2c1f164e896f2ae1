"""What client users were shown at the end of a day. Nothing here is about a person, and nothing in it changes."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation


class PeopleOnDay(models.Model):
    """How many had taken part as the safe figure said at the end of a day: what the curve is drawn from."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_index=False)
    day = models.DateField()
    people = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "day"], name="portal_people_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.people}"


class Told(models.TextChoices):
    """What an organisation may be told of (R29)."""

    REMOVED = "removed", _("Posts were removed or hidden")
    CONTACTED = "contacted", _("Authors were written to, without anybody knowing who they are")


class Telling(models.Model):
    """
    That something happened so often within some whole days. Written once: what becomes of a post later would
    otherwise show here as a number that falls.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=9, choices=Told)
    since = models.DateField()
    until = models.DateField()
    # Rounded down to five.
    at_least = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "kind", "since"], name="portal_told_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=Told.values), name="portal_told_kind_is_known"
            ),
            models.CheckConstraint(condition=models.Q(at_least__gte=5), name="portal_told_of_several"),
            models.CheckConstraint(
                condition=models.Q(since__lte=models.F("until")), name="portal_told_runs_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.since} to {self.until}: {self.at_least}"
