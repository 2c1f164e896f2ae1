from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models

from conversations.models import Comment, Idea
from reporting.coding.models.frame import Code


def _is_on_one(name: str) -> models.CheckConstraint:
    is_idea = models.Q(idea__isnull=False, comment__isnull=True, idea=models.F("post"))
    is_comment = models.Q(idea__isnull=True, comment__isnull=False, comment=models.F("post"))
    return models.CheckConstraint(condition=is_idea | is_comment, name=name)


class OnPost(models.Model):
    """What hangs on an idea or a comment. `post` is the id of either, for joining them without asking which."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    post = models.UUIDField()
    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)


class Reading(OnPost):
    """One analyst has read one contribution. Without a code given it says: read, and no code is needed."""

    by = models.UUIDField()
    day = models.DateField()
    # That of the contribution when it was read: another one means that it is to be looked at again.
    version = models.IntegerField()
    # To be looked at again because a code given was split.
    is_due = models.BooleanField(default=False)
    # What stood here before the last change, so that it can be taken back; null before there was any.
    before = models.JSONField(null=True)

    class Meta:
        constraints = [
            _is_on_one("reading_is_on_one"),
            models.UniqueConstraint(fields=["post", "by"], name="reading_is_once"),
        ]


class GivenCode(models.Model):
    """A code that an analyst gave, to the whole contribution or to a passage of it."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="given", db_index=False)
    code = models.ForeignKey(Code, on_delete=models.CASCADE, related_name="+")
    # In characters of the text; both null for the whole of it.
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    # Of the text that the offsets are in.
    version = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reading", "code", "start", "end"], nulls_distinct=False, name="given_code_is_once"
            ),
            models.CheckConstraint(
                condition=models.Q(start__isnull=True, end__isnull=True)
                | models.Q(start__isnull=False, end__gt=models.F("start")),
                name="given_code_has_a_place",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Settlement(OnPost):
    """Analysts disagreed, and somebody settled which codes hold. Gone as soon as one of them changes their mind."""

    by = models.UUIDField()
    day = models.DateField()

    class Meta:
        constraints = [
            _is_on_one("settlement_is_on_one"),
            models.UniqueConstraint(fields=["post"], name="settlement_is_once"),
        ]


class SettledCode(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    settlement = models.ForeignKey(
        Settlement, on_delete=models.CASCADE, related_name="settled", db_index=False
    )
    code = models.ForeignKey(Code, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["settlement", "code"], name="settled_code_is_once")]

    def __str__(self) -> str:
        return str(self.id)


class Suggestion(OnPost):
    """A code that was learned to fit, and why. It counts for nothing until a person gives that code."""

    code = models.ForeignKey(Code, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    # Of the text when it was looked at; the words that weigh, as [start, end] in it, the heaviest first.
    version = models.IntegerField()
    words = models.JSONField(default=list)
    # Coded contributions that say something similar, the nearest first.
    alike = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            _is_on_one("suggestion_is_on_one"),
            models.UniqueConstraint(fields=["post", "code"], name="suggestion_is_once"),
        ]
