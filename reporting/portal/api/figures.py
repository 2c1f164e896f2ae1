"""How a conversation goes: numbers of contributions as they are, numbers of people only as they were released."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import NotFound
from privacy.vault.shapes import MailingKind
from reporting.portal.api.base import ConversationEndpoint
from reporting.portal.models import Told
from reporting.portal.queries import participation, themes, told
from web.api.endpoint import operation
from web.api.shapes import Shape, Text, list_of


class DayShape(Shape):
    """What was written on a day and can be read."""

    day = serializers.DateField()
    ideas = serializers.IntegerField()
    comments = serializers.IntegerField()


class StreamNumbers(Shape):
    question = Text()
    ideas = serializers.IntegerField()
    comments = serializers.IntegerField()
    votes = serializers.IntegerField()


class MailedShape(Shape):
    kind = serializers.ChoiceField([kind.value for kind in MailingKind])
    day = serializers.DateField()


class ReachShape(Shape):
    """How people were reached, in rounded numbers; 0 is fewer than eleven. Nobody who leaves changes them."""

    invited = serializers.IntegerField()
    by_mail = serializers.IntegerField()
    by_text = serializers.IntegerField()
    came_back = serializers.IntegerField()
    paper = serializers.IntegerField()
    mailings = MailedShape(many=True)


class ParticipationShape(Shape):
    """Live numbers of contributions, and what was released about people: `took_part` is null until that is safe."""

    ideas = serializers.IntegerField()
    comments = serializers.IntegerField()
    votes = serializers.IntegerField()
    took_part = serializers.IntegerField(allow_null=True)
    days = DayShape(many=True)
    streams = StreamNumbers(many=True)
    reach = ReachShape(allow_null=True)


class CellShape(Shape):
    """`shown` is null where it is withheld or where there is nothing: nobody can tell which."""

    shown = serializers.IntegerField(allow_null=True)
    percent = serializers.IntegerField(allow_null=True, help_text="Of its row; 91 stands for over 90 %.")


class TableShape(Shape):
    """A table as it was released: rows of cells, in the order of the labels."""

    code = Text()
    title = Text()
    rows = serializers.ListField(child=Text())
    columns = serializers.ListField(child=Text())
    cells = serializers.ListField(child=CellShape(many=True))
    withheld = Text()
    released_on = serializers.DateField()


class ThemeShape(Shape):
    """A theme of eleven contributions or more."""

    path = serializers.ListField(child=Text())
    definition = Text()
    contributions = serializers.IntegerField()


class ToldShape(Shape):
    """That facilitators did something so often within some whole days, rounded down to five."""

    kind = serializers.ChoiceField(Told.values)
    since = serializers.DateField()
    until = serializers.DateField()
    at_least = serializers.IntegerField()


class Participation(ConversationEndpoint):
    tag = "Figures"

    @operation("get_participation", gives=ParticipationShape, refuses=[NotFound])
    def get(self, request: Request) -> Response:  # noqa: ARG002  (the framework's signature)
        """How a conversation goes. Numbers of people come out of a release and never from a count."""
        totals = participation.totals_of(self.conversation)
        reach = participation.reach_of(self.conversation)
        found = {
            "ideas": totals.ideas,
            "comments": totals.comments,
            "votes": totals.votes,
            "took_part": participation.people_of(self.conversation).took_part,
            "days": participation.days_of(self.conversation, at=self.now),
            "streams": participation.streams_of(self.conversation),
            "reach": reach,
        }
        return self.given(ParticipationShape, found)


class Tables(ConversationEndpoint):
    tag = "Figures"

    @operation("list_tables", gives=list_of(TableShape), refuses=[NotFound])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Who takes part, by group, as released. Where a number could give somebody away it is withheld."""
        found = participation.people_of(self.conversation).tables
        return self.given(list_of(TableShape), {"items": found})


class Themes(ConversationEndpoint):
    tag = "Figures"

    @operation("list_themes", gives=list_of(ThemeShape), refuses=[NotFound])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """What is talked about most, where participants could read that this would be seen."""
        return self.given(list_of(ThemeShape), {"items": themes.trending_themes(self.conversation)})


class Notices(ConversationEndpoint):
    tag = "Figures"

    @operation("list_notices", gives=list_of(ToldShape), refuses=[NotFound])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """What the organisation was told of what facilitators do, where the project chose that."""
        return self.given(list_of(ToldShape), {"items": told.told_of(self.conversation)})
