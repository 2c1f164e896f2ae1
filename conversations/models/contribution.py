from uuid import uuid4

from django.db import models
from django.db.models.functions import Least, Length
from django.db.models.lookups import GreaterThanOrEqual, LessThan, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Area, Stream
from kernel.database import NextInSequence

MOST_CHARACTERS_OF_IDEA = 3000
MOST_CHARACTERS_OF_COMMENT = 2000
# The sum of two merged ideas with few votes would tell whether one person voted on both.
FEWEST_MERGED_VOTES = 11


class Source(models.TextChoices):
    PARTICIPANT = "participant"
    FACILITATOR = "facilitator"
    PAPER = "paper"


class State(models.TextChoices):
    SHOWN = "shown"
    HIDDEN = "hidden"
    # Emptied by a facilitator; the original is sealed in the act.
    REMOVED = "removed"
    # Its votes stay with it; what was carried over stands on the idea it was merged into.
    MERGED = "merged"
    # Its parts are ideas of their own; its votes and comments stay with it.
    SPLIT = "split"
    # Emptied at its author's wish; the row stays so that no number of a tag is used twice.
    WITHDRAWN = "withdrawn"


class Rule(models.TextChoices):
    """The rules a facilitator acts by. Participants read them; an opinion is none."""

    PERSON = "person", _("It named somebody, or made them recognisable")
    ABUSE = "abuse", _("It was abusive, threatening or discriminating")
    CRIME = "crime", _("It may be a crime")
    SAFETY = "safety", _("It could have put somebody in danger")
    REPEATED = "repeated", _("The same was posted more than once")
    CLARITY = "clarity", _("Spelling or clarity; what it says is the same")
    TOPIC = "topic", _("It belongs to another question")
    SEVERAL = "several", _("It held several ideas in one")
    SAME = "same", _("It says the same as another idea")
    REVIEW = "review", _("It was looked at again")


def _author_is_unlinkable(name: str) -> models.CheckConstraint:
    """Participants' contributions have tag and route, others have neither; after the purge nobody's has."""
    has_both = models.Q(owner_tag__isnull=False, route__isnull=False)
    has_neither = models.Q(owner_tag__isnull=True, route__isnull=True)
    is_participants = models.Q(source=Source.PARTICIPANT)
    return models.CheckConstraint(
        condition=(models.Q(is_purged=False) & is_participants & has_both)
        | (models.Q(is_purged=False) & ~is_participants & has_neither)
        | (models.Q(is_purged=True) & has_neither),
        name=name,
    )


def _text_fits(most: int, name: str) -> models.CheckConstraint:
    """What is shown has text, and no text is longer than was said in advance."""
    has_text = models.Q(GreaterThanOrEqual(Length("text"), 1))
    return models.CheckConstraint(
        condition=models.Q(LessThanOrEqual(Length("text"), most)) & (has_text | ~models.Q(state=State.SHOWN)),
        name=name,
    )


class Contribution(models.Model):
    """What ideas and comments have in common. It keeps its day, and no time."""

    # Random, made in Python; of a participant's contribution it is derived from the form that posted it.
    id = models.UUIDField(primary_key=True, default=uuid4)
    text = models.TextField()
    day = models.DateField()
    # "Newest first". Drawn anew every night among the contributions of the day.
    number = models.BigIntegerField(db_default=NextInSequence("contribution_number"))
    state = models.CharField(max_length=9, choices=State, default=State.SHOWN)
    source = models.CharField(max_length=11, choices=Source, default=Source.PARTICIPANT)
    # Changed by its author after others could read it; they are told that, and not when.
    is_edited = models.BooleanField(default=False, db_default=False)
    # The rule for which a facilitator changed the text, empty where nobody did. Everybody can read it.
    edited_for = models.CharField(max_length=8, choices=Rule, default="", db_default="", blank=True)
    # Goes up whenever its author or a facilitator changes anything about it: whoever decides about
    # a contribution says which version they saw.
    version = models.IntegerField(default=0, db_default=0)
    owner_tag = models.BinaryField(null=True, unique=True)
    route = models.BinaryField(null=True)
    is_purged = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text[:60]


def _shown(votes: models.F | Least) -> models.Case:
    """Votes as participants see them: those of merged ideas from 11 on."""
    is_merged_and_small = models.Q(merges__gt=0) & models.Q(
        LessThan(models.F("likes") + models.F("dislikes"), FEWEST_MERGED_VOTES)
    )
    return models.Case(models.When(is_merged_and_small, then=models.Value(0)), default=votes)


class Idea(Contribution):
    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, db_index=False)
    area = models.ForeignKey(Area, on_delete=models.CASCADE, db_index=False)
    # Counters, kept by the statement that writes the vote or comment. No constraint says that they
    # start at zero: PostgreSQL tests it on the row as the statement first saw it, before it waits
    # for the row's newer version and counts again, so it would refuse good votes (decision 006).
    likes = models.IntegerField(default=0)
    dislikes = models.IntegerField(default=0)
    comment_count = models.IntegerField(default=0)
    # A facilitators' prompt that stands first on its stream's page, whatever the order.
    is_pinned = models.BooleanField(default=False, db_default=False)
    # How many other ideas were merged into this one, with those that were merged into them before.
    merges = models.IntegerField(default=0, db_default=0)
    merged_into = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, db_index=False, related_name="sources"
    )
    # The post this was split from. Facilitators and its author alone may learn that.
    part_of = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, db_index=False, related_name="parts"
    )
    # What participants are shown, and what their pages are sorted by.
    shown_likes = models.GeneratedField(
        expression=_shown(models.F("likes")), output_field=models.IntegerField(), db_persist=True
    )
    shown_dislikes = models.GeneratedField(
        expression=_shown(models.F("dislikes")), output_field=models.IntegerField(), db_persist=True
    )
    # "Most divided": how many likes find a dislike against them.
    divided = models.GeneratedField(
        expression=_shown(Least("likes", "dislikes")), output_field=models.IntegerField(), db_persist=True
    )

    class Meta:
        constraints = [
            _author_is_unlinkable("idea_author_is_unlinkable"),
            _text_fits(MOST_CHARACTERS_OF_IDEA, "idea_has_text"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="idea_state_is_known"),
            # Nobody's opinion is put before the others'.
            models.CheckConstraint(
                condition=models.Q(is_pinned=False) | models.Q(source=Source.FACILITATOR),
                name="idea_pinned_is_a_prompt",
            ),
        ]
        # One index for each way of sorting a stream page, in the order of its keyset.
        indexes = [
            models.Index("stream", "area", condition=models.Q(is_pinned=True), name="idea_pinned"),
            models.Index(
                "stream",
                "area",
                models.F("number").desc(),
                condition=models.Q(state="shown"),
                name="idea_newest",
            ),
            models.Index(
                "stream",
                "area",
                models.F("shown_likes").desc(),
                models.F("number").desc(),
                condition=models.Q(state="shown"),
                name="idea_liked",
            ),
            models.Index(
                "stream",
                "area",
                models.F("comment_count").desc(),
                models.F("number").desc(),
                condition=models.Q(state="shown"),
                name="idea_discussed",
            ),
            models.Index(
                "stream",
                "area",
                models.F("divided").desc(),
                models.F("number").desc(),
                condition=models.Q(state="shown"),
                name="idea_divided",
            ),
            # "What was merged into this?", "What was this split into?": few among many.
            models.Index(
                "merged_into", condition=models.Q(merged_into__isnull=False), name="idea_merged_into"
            ),
            models.Index("part_of", condition=models.Q(part_of__isnull=False), name="idea_part_of"),
        ]


class Comment(Contribution):
    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, db_index=False, related_name="comments")

    class Meta:
        constraints = [
            _author_is_unlinkable("comment_author_is_unlinkable"),
            _text_fits(MOST_CHARACTERS_OF_COMMENT, "comment_has_text"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="comment_state_is_known"),
        ]
        # "The comments of an idea, oldest first", by key.
        indexes = [models.Index("idea", "number", name="comment_oldest")]
