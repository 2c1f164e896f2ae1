"""What participants' programs send and get. Nothing here tells of anybody but whoever asks."""

from typing import Any

from rest_framework import serializers

from conversations.models import Reason, Source, State
from conversations.models.contribution import MOST_CHARACTERS_OF_COMMENT, MOST_CHARACTERS_OF_IDEA
from conversations.models.report import MOST_CHARACTERS_OF_REPORT
from conversations.models.thread import MOST_CHARACTERS_OF_MESSAGE, MessageKind
from conversations.queries.ideas import Sort
from conversations.services.threads import MOST_CHARACTERS_OF_NAME
from privacy.anonymity import Kind
from web.api.scopes import Scope
from web.api.shapes import After, Shape, Text

_VOTES = {1: "like", -1: "dislike", 0: "none"}
VALUES = {words: value for value, words in _VOTES.items()}
KINDS = [kind.value for kind in Kind]


class Stance(serializers.ChoiceField):
    """A vote in words."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401  (those of ChoiceField)
        super().__init__(choices=list(VALUES), **more)

    def to_representation(self, value: Any) -> str:  # noqa: ANN401  (as the framework has it)
        return _VOTES[value]


class ConversationShape(Shape):
    """A conversation, as everybody may know it."""

    slug = serializers.SlugField()
    name = Text()
    introduction = Text()
    time_zone = Text()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()


class Address(Shape):
    """Where somebody is reached."""

    address = Text(max_length=320, help_text="An e-mail address or a mobile number.")


class AskedForCode(Shape):
    """That a code was asked for. The answer is the same for every address."""

    asking = Text(help_text="Send it with the code. It is good for a quarter of an hour.")


class TypedCode(Shape):
    """The code out of the message."""

    asking = Text(max_length=200)
    code = Text(max_length=40, help_text="Eight digits; blanks and hyphens do no harm.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField([Scope.READ.value, Scope.WRITE.value]), min_length=1, max_length=2
    )


class TokenShape(Shape):
    """A token, and what it opens. It ends after an hour without use, and after twelve hours in any case."""

    token = Text(help_text="Kept nowhere: this is the only time it is shown.")
    scopes = serializers.ListField(child=Text())
    area = Text(help_text="The code of the area somebody reads and writes in; empty until it is chosen.")
    may_write = serializers.BooleanField()
    must_answer = serializers.BooleanField(help_text="Whether the questions before access come first.")


class Standing(Shape):
    """What a token is good for."""

    scopes = serializers.ListField(child=Text())
    area = Text()
    may_write = serializers.BooleanField()
    must_answer = serializers.BooleanField()


class Choice(Shape):
    code = Text()
    label = Text()


class QuestionBefore(Shape):
    """A question before access, why it is asked, and its answers."""

    code = Text()
    question = Text()
    reason = Text()
    answers = Choice(many=True)


class SurveyShape(Shape):
    """The questions before access. `areas` are for those whose area is not known."""

    questions = QuestionBefore(many=True)
    areas = Choice(many=True)


class Answers(Shape):
    """Answers by the code of their question; whatever is left out is not answered."""

    answers = serializers.DictField(child=Text(max_length=40), required=False)
    area = Text(max_length=40, required=False)


class StreamShape(Shape):
    """A question of the conversation, with numbers of contributions in one's own area."""

    id = serializers.UUIDField()
    question = Text()
    context = Text()
    ideas = serializers.IntegerField()
    comments = serializers.IntegerField()
    votes = serializers.IntegerField()
    opens_at = serializers.DateTimeField(allow_null=True, help_text="Null: with the conversation.")


class IdeaShape(Shape):
    """An idea as everybody in its area sees it, and one's own vote and mark. It has a day, and no time."""

    id = serializers.UUIDField()
    stream = serializers.UUIDField()
    text = Text()
    day = serializers.DateField()
    source = serializers.ChoiceField(Source.values)
    likes = serializers.SerializerMethodField()
    dislikes = serializers.SerializerMethodField()
    comments = serializers.IntegerField(source="comment_count")
    is_edited = serializers.BooleanField()
    edited_why = Text(help_text="The rule for which a facilitator changed it; empty where nobody did.")
    is_pinned = serializers.BooleanField()
    own_vote = Stance()
    is_own = serializers.BooleanField()

    def get_likes(self, idea: "_Counted") -> int | None:
        """Null where numbers are shown from eleven people on."""
        return None if idea.hides_votes else idea.likes

    def get_dislikes(self, idea: "_Counted") -> int | None:
        """Null where numbers are shown from eleven people on."""
        return None if idea.hides_votes else idea.dislikes


class _Counted:
    """What has shown votes."""

    hides_votes: bool
    likes: int
    dislikes: int


class CommentShape(Shape):
    id = serializers.UUIDField()
    text = Text()
    day = serializers.DateField()
    source = serializers.ChoiceField(Source.values)
    is_edited = serializers.BooleanField()
    edited_why = Text()
    is_own = serializers.BooleanField()


class IdeasAsked(After):
    """Which ideas, and in which order."""

    sort = serializers.ChoiceField([sort.value for sort in Sort], required=False, default=Sort.NEWEST.value)


class SearchAsked(IdeasAsked):
    q = Text(max_length=2000, help_text="Words as for a search engine: “a phrase”, or, -without.")
    stream = serializers.UUIDField(
        required=False, help_text="One question; all of them where it is left out."
    )


class NewIdea(Shape):
    text = Text(max_length=4 * MOST_CHARACTERS_OF_IDEA, help_text="Up to 3,000 characters.")


class NewComment(Shape):
    text = Text(max_length=4 * MOST_CHARACTERS_OF_COMMENT, help_text="Up to 2,000 characters.")


class Posted(Shape):
    id = serializers.UUIDField()


class NewVote(Shape):
    vote = serializers.ChoiceField(list(VALUES), help_text="“none” takes a vote back.")


class VoteStanding(Shape):
    """How an idea stands after a vote."""

    likes = serializers.SerializerMethodField()
    dislikes = serializers.SerializerMethodField()
    own_vote = Stance(source="own")

    def get_likes(self, standing: _Counted) -> int | None:
        return None if standing.hides_votes else standing.likes

    def get_dislikes(self, standing: _Counted) -> int | None:
        return None if standing.hides_votes else standing.dislikes


class NewReport(Shape):
    reason = serializers.ChoiceField(Reason.values)
    words = Text(max_length=4 * MOST_CHARACTERS_OF_REPORT, required=False, allow_blank=True, default="")


class OwnPostShape(Shape):
    """Something one wrote. `id` is its own, `idea` is where it stands."""

    kind = serializers.ChoiceField(KINDS)
    id = serializers.UUIDField(source="anchor")
    idea = serializers.UUIDField()
    text = Text()
    question = Text(source="stream")
    day = serializers.DateField()
    state = serializers.ChoiceField(State.values)
    state_why = Text(help_text="The rule by which a facilitator brought it there; empty otherwise.")
    edited_why = Text()
    can_change = serializers.BooleanField()


class Named(Shape):
    """One of one's own contributions. It is named here and never in an address: addresses stand in logs."""

    kind = serializers.ChoiceField(KINDS)
    id = serializers.UUIDField()


class Changed(Named):
    text = Text(max_length=4 * MOST_CHARACTERS_OF_IDEA)


class MessageShape(Shape):
    """One message. A notice of an act says what was done and by which rule."""

    kind = serializers.ChoiceField(MessageKind.values)
    notice = Text()
    why = Text()
    text = Text()
    day = serializers.DateField()


class ThreadShape(Shape):
    """What facilitators and oneself said about one of one's contributions."""

    kind = serializers.ChoiceField(KINDS)
    id = serializers.UUIDField(source="contribution")
    text = Text()
    question = Text(source="stream")
    messages = MessageShape(many=True)
    has_come_forward = serializers.BooleanField()


class NewAnswer(Named):
    text = Text(max_length=4 * MOST_CHARACTERS_OF_MESSAGE)


class Forward(Named):
    """Who one is, for this contribution alone. It cannot be taken back."""

    name = Text(max_length=4 * MOST_CHARACTERS_OF_NAME)
    contact = Text(max_length=4 * MOST_CHARACTERS_OF_NAME, required=False, allow_blank=True, default="")
