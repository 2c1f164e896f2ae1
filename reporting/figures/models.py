"""Releases of figures about groups, as the vault finished them. Nothing here is about one person."""

from uuid import uuid4

from django.db import models

from conversations.models import Conversation


class ReleaseState(models.TextChoices):
    FREEZING = "freezing"  # contributions are on their way into the vault
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Scale(models.TextChoices):
    DAILY = "daily"
    MENU = "menu"


class Release(models.Model):
    """One asking for figures, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE)
    scale = models.CharField(max_length=5, choices=Scale)
    state = models.CharField(max_length=8, choices=ReleaseState, default=ReleaseState.FREEZING)
    job = models.UUIDField(null=True)
    # The conversation's own date.
    day = models.DateField()
    # Nobody asks for daily ones.
    by = models.UUIDField(null=True)
    progress = models.SmallIntegerField(default=0)
    # Of the snapshot in the vault that the tables were made from.
    digest = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ReleaseState.values), name="release_state_is_known"
            ),
            models.UniqueConstraint(
                fields=["conversation", "scale", "day"],
                condition=~models.Q(state="failed"),
                name="figures_release_is_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["conversation"],
                condition=models.Q(scale="menu") & ~models.Q(state="failed"),
                name="figures_menu_is_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scale} of {self.day}"


class Table(models.Model):
    """A finished table: labels, and cells as [shown, percent], each null where a figure is withheld."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="tables")
    code = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    place = models.SmallIntegerField()
    rows = models.JSONField()
    columns = models.JSONField()
    cells = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "code"], name="figures_table_is_once")]

    def __str__(self) -> str:
        return self.title
