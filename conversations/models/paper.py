from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from conversations.models.contribution import MOST_CHARACTERS_OF_IDEA
from conversations.models.conversation import Area, Conversation, Stream

MOST_CHARACTERS_OF_NOTE = 500


class BatchState(models.TextChoices):
    KEYING = "keying", "Being keyed"
    CHECKING = "checking", "Keyed, not released yet"
    DONE = "done", "Released"


class PaperBatch(models.Model):
    """A pile of paper forms of one area. What is keyed of it appears all at once, in no order."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="piles")
    area = models.ForeignKey(Area, on_delete=models.CASCADE)
    # What stands on the pile itself.
    name = models.CharField(max_length=80)
    expected_forms = models.PositiveIntegerField()
    # Null where nobody counted the ideas by hand.
    expected_entries = models.PositiveIntegerField(null=True)
    needs_check = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=BatchState, default=BatchState.KEYING)
    # Why the pile and what was keyed differ.
    note = models.CharField(max_length=MOST_CHARACTERS_OF_NOTE, blank=True)
    # How many forms a release has dissolved: afterwards nothing tells which entries shared a form.
    dissolved_forms = models.PositiveIntegerField(default=0)
    # The ideas of today's release, so that it can be undone. The night empties it.
    released = ArrayField(models.UUIDField(), default=list)
    by = models.UUIDField()
    checked_by = models.UUIDField(null=True)
    day = models.DateField()
    released_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=BatchState.values), name="paper_batch_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=BatchState.DONE) | models.Q(released=[]),
                name="paper_batch_released_when_done",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PaperForm(models.Model):
    """One sheet of a pile while it is keyed. Number 0 holds what an undone release gave back."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    batch = models.ForeignKey(PaperBatch, on_delete=models.CASCADE, related_name="forms")
    number = models.PositiveIntegerField()
    by = models.UUIDField()
    is_checked = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="paper_form_number_is_once")]

    def __str__(self) -> str:
        return str(self.number)


class PaperEntry(models.Model):
    """One idea as it stands on a form, until it is released."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    form = models.ForeignKey(PaperForm, on_delete=models.CASCADE, related_name="entries")
    stream = models.ForeignKey(Stream, on_delete=models.CASCADE)
    position = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(GreaterThanOrEqual(Length("text"), 1))
                & models.Q(LessThanOrEqual(Length("text"), MOST_CHARACTERS_OF_IDEA)),
                name="paper_entry_has_text",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]
