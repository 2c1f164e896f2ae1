from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.contribution import Comment, Idea, Rule, State
from conversations.models.conversation import Conversation, Stream

MOST_CHARACTERS_OF_NOTE = 1000


class ActKind(models.TextChoices):
    """What facilitators do to a contribution, as its author is told."""

    EDIT = "edit", _("A facilitator edited this.")
    MASK = "mask", _("A facilitator masked words in this.")
    HIDE = "hide", _("A facilitator hid this.")
    REMOVE = "remove", _("A facilitator removed this.")
    RESTORE = "restore", _("A facilitator showed this again.")
    MOVE = "move", _("A facilitator moved this to another question.")
    SPLIT = "split", _("A facilitator split this into several posts.")
    MERGE = "merge", _("A facilitator merged this with what says the same.")
    UNDO = "undo", _("A facilitator took an earlier change back.")


def _about_one(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(idea__isnull=True) ^ models.Q(comment__isnull=True), name=name
    )


class Act(models.Model):
    """
    One thing that a facilitator did, with the rule it rests on. It keeps its day, and no time: the moment of
    an act would bound the moment of the post.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=7, choices=ActKind)
    # What it was done to: of a merge the surviving idea, of a split the whole.
    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, null=True, db_index=False)
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, db_index=False)
    rule = models.CharField(max_length=8, choices=Rule)
    # Words to the author, for nobody else.
    note = models.CharField(max_length=MOST_CHARACTERS_OF_NOTE, blank=True)
    by = models.UUIDField()
    day = models.DateField()
    # The text before it, sealed to the conversation's public key together with contribution and act.
    sealed = models.BinaryField(null=True)
    undone_by = models.ForeignKey("self", on_delete=models.CASCADE, null=True, db_index=False)

    class Meta:
        constraints = [
            _about_one("act_is_about_one"),
            models.CheckConstraint(condition=models.Q(kind__in=ActKind.values), name="act_kind_is_known"),
            models.CheckConstraint(condition=models.Q(rule__in=Rule.values), name="act_rule_is_known"),
        ]

    def __str__(self) -> str:
        return self.kind


class Touch(models.Model):
    """
    One contribution that an act changed, and how it stood before.

    The version it got by that orders the acts on one contribution. Nothing orders acts on different ones:
    facilitators often take new posts in the order in which they came.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    act = models.ForeignKey(Act, on_delete=models.CASCADE, related_name="touches")
    idea = models.ForeignKey(
        Idea, on_delete=models.CASCADE, null=True, db_index=False, related_name="touches"
    )
    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, null=True, db_index=False, related_name="touches"
    )
    version = models.IntegerField()
    # Empty for the parts of a split, which were not there before.
    state = models.CharField(max_length=9, choices=State, blank=True)
    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, null=True, db_index=False)
    edited_for = models.CharField(max_length=8, choices=Rule, blank=True)

    class Meta:
        constraints = [
            _about_one("touch_is_about_one"),
            models.UniqueConstraint(fields=["idea", "version"], name="touch_of_idea_has_its_place"),
            models.UniqueConstraint(fields=["comment", "version"], name="touch_of_comment_has_its_place"),
        ]

    def __str__(self) -> str:
        return f"{self.act_id}: {self.version}"


class Moved(models.Model):
    """A comment that a merge or a split took to another idea, and the one it came from."""

    act = models.ForeignKey(Act, on_delete=models.CASCADE, db_index=False, related_name="moved")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, db_index=False)
    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, db_index=False)
    pk = models.CompositePrimaryKey("act_id", "comment_id")

    def __str__(self) -> str:
        return f"{self.comment_id} from {self.idea_id}"


class Delivery(models.Model):
    """
    The outbox: the vault is still to mark that something waits for the author of a contribution.

    Gone as soon as that is done. Doing it twice does no harm.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_index=False)
    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, null=True, db_index=False)
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, db_index=False)
    is_urgent = models.BooleanField(default=False)

    class Meta:
        constraints = [_about_one("delivery_is_about_one")]

    def __str__(self) -> str:
        return str(self.id)
