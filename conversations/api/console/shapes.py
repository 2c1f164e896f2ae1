"""What programs of staff send and get about a project. No name of a participant, no time of a post."""

from typing import Any

from rest_framework import serializers

from conversations.models import ActKind, Lane, Reason, Rule, Source, State
from conversations.models.contribution import MOST_CHARACTERS_OF_IDEA
from conversations.services.checklist import Tone
from privacy.anonymity import Kind
from tenants.models import Phase
from web.api.shapes import After, Shape, Text, Whole

LANES = {lane.label.lower(): lane for lane in Lane}
KINDS = [kind.value for kind in Kind]
_MOST = 200


class LaneField(serializers.ChoiceField):
    """A lane by its name."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401  (those of ChoiceField)
        super().__init__(choices=list(LANES), **more)

    def to_representation(self, value: Any) -> str:  # noqa: ANN401  (as the framework has it)
        return Lane(value).label.lower()


class StreamLine(Shape):
    id = serializers.UUIDField()
    question = Text()


class ProjectShape(Shape):
    """A project, and where it stands. Dates of a draft are those that are planned."""

    id = serializers.UUIDField()
    slug = serializers.SlugField()
    name = Text()
    phase = serializers.ChoiceField(Phase.values)
    opens = serializers.DateTimeField(allow_null=True)
    closes = serializers.DateTimeField(allow_null=True)
    completes = serializers.DateTimeField(allow_null=True)
    gone_by = serializers.DateTimeField(allow_null=True)
    streams = StreamLine(many=True)


class NewProject(Shape):
    name = Text(max_length=500)
    slug = Text(max_length=100, help_text="The last part of its address.")


class ChecklistLine(Shape):
    """One thing that has to be right before a project opens."""

    title = Text()
    tone = serializers.ChoiceField([tone.value for tone in Tone])
    said = Text()
    todo = Text()


class QueueAsked(After):
    lane = serializers.ChoiceField(
        [*LANES, "done"], required=False, help_text="All open ones where it is left out."
    )
    stream = serializers.UUIDField(required=False)
    area = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(KINDS, required=False)
    q = Text(required=False, default="", allow_blank=True, max_length=200)


class QueueLine(Shape):
    """A post as a line of the queue. `held_by` is a colleague who works on it now."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(KINDS)
    lane = LaneField()
    day = serializers.DateField()
    text = Text()
    state = serializers.ChoiceField(State.values)
    source = serializers.ChoiceField(Source.values)
    reports = serializers.IntegerField()
    hints = serializers.IntegerField()
    question = Text()
    held_by = serializers.UUIDField(allow_null=True)


class HintShape(Shape):
    kind = Text()
    words = Text()


class ReportShape(Shape):
    """What somebody said about a post. Nothing tells whether two of these are of one person."""

    reason = serializers.ChoiceField(Reason.values)
    words = Text()
    day = serializers.DateField()


class SaidShape(Shape):
    kind = Text()
    text = Text()
    day = serializers.DateField()


class ActShape(Shape):
    """One thing that was done to a post, on a day and no closer."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(ActKind.values)
    rule = serializers.ChoiceField(Rule.values)
    note = Text()
    by = serializers.UUIDField()
    day = serializers.DateField()
    is_undone = serializers.BooleanField()
    may_be_undone = serializers.BooleanField()


class PostShape(Shape):
    """A post as facilitators work on it. An act names its `version` as `seen`."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(KINDS)
    idea = serializers.UUIDField()
    text = Text()
    day = serializers.DateField()
    state = serializers.ChoiceField(State.values)
    source = serializers.ChoiceField(Source.values)
    stream = serializers.UUIDField()
    question = Text()
    area = Text()
    likes = serializers.IntegerField()
    dislikes = serializers.IntegerField()
    comments = serializers.IntegerField(source="comment_count")
    lane = LaneField()
    is_open = serializers.BooleanField()
    hints = HintShape(many=True)
    version = serializers.IntegerField()
    reports = ReportShape(many=True)
    thread = SaidShape(many=True)
    history = ActShape(many=True)


class Claimed(Shape):
    until = serializers.DateTimeField()


class PartShape(Shape):
    text = Text(max_length=4 * MOST_CHARACTERS_OF_IDEA)
    stream = serializers.UUIDField()
    comments = serializers.ListField(
        child=serializers.UUIDField(), max_length=_MOST, required=False, default=list
    )


class SourceShape(Shape):
    id = serializers.UUIDField()
    seen = Whole()


class NewAct(Shape):
    """
    What to do to a post, and by which rule. Each act needs its own: `text` an edit and a merge, `words` a mask,
    `stream` a move, `parts` a split, `sources` a merge.
    """

    kind = serializers.ChoiceField([kind.value for kind in ActKind if kind is not ActKind.UNDO])
    seen = Whole(help_text="The version of the post that was decided about.")
    rule = serializers.ChoiceField(Rule.values)
    note = Text(
        max_length=4000, required=False, default="", allow_blank=True, help_text="To the author alone."
    )
    text = Text(max_length=4 * MOST_CHARACTERS_OF_IDEA, required=False, default="", allow_blank=True)
    words = serializers.ListField(child=Text(max_length=500), max_length=50, required=False, default=list)
    stream = serializers.UUIDField(required=False)
    parts = serializers.ListField(child=PartShape(), max_length=10, required=False, default=list)
    sources = serializers.ListField(child=SourceShape(), max_length=50, required=False, default=list)


class Done(Shape):
    """The act, which can be taken back by its id."""

    act = serializers.UUIDField()


class ToUndo(Shape):
    acts = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=_MOST)


class Undone(Shape):
    posts = serializers.ListField(child=serializers.UUIDField())
