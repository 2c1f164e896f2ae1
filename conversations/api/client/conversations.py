"""The organisation's conversations in numbers, and who can take part. Nothing here is about one person."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.queries import conversations, preparing, rosters
from kernel.errors import NotFound
from tenants.api.client import ClientEndpoint
from tenants.models import Phase
from web.api.endpoint import operation
from web.api.shapes import Shape, Text, list_of


class ConversationLine(Shape):
    """A conversation with numbers of contributions, in all areas together."""

    slug = serializers.SlugField()
    name = Text()
    phase = serializers.ChoiceField(Phase.values)
    opens = serializers.DateTimeField(allow_null=True)
    closes = serializers.DateTimeField(allow_null=True)
    ideas = serializers.IntegerField()
    comments = serializers.IntegerField()
    votes = serializers.IntegerField()


class GroupShape(Shape):
    code = Text()
    label = Text()
    people = serializers.IntegerField()


class DimensionShape(Shape):
    """A dimension of the roster with its groups. 0 is fewer than eleven."""

    code = Text()
    name = Text()
    groups = GroupShape(many=True)


class RosterShape(Shape):
    """Who can take part, in numbers rounded to five as the last import left them. Nobody who leaves changes them."""

    people = serializers.IntegerField()
    areas = serializers.DictField(child=serializers.IntegerField())
    dimensions = DimensionShape(many=True)


class Conversations(ClientEndpoint):
    tag = "Conversations"

    @operation("list_conversations", gives=list_of(ConversationLine))
    def get(self, request: Request) -> Response:  # noqa: ARG002  (the framework's signature)
        """Every conversation of the organisation, newest first, drafts above."""
        lines = []
        for found in conversations.with_totals():
            standing = preparing.standing_of(found.conversation, at=self.now)
            lines.append(
                {
                    "slug": found.conversation.slug,
                    "name": found.conversation.name,
                    "phase": standing.phase.value,
                    "opens": standing.opens,
                    "closes": standing.closes,
                    "ideas": found.totals.ideas,
                    "comments": found.totals.comments,
                    "votes": found.totals.votes,
                }
            )
        return self.given(list_of(ConversationLine), {"items": lines})


class Roster(ClientEndpoint):
    tag = "Roster"

    @operation("get_roster", gives=RosterShape, refuses=[NotFound])
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Who can take part. No address and no name is ever here."""
        found = rosters.population_standing(preparing.project_called(slug))
        told = {
            "people": found.population.people,
            "areas": found.population.areas,
            "dimensions": found.population.dimensions,
        }
        return self.given(RosterShape, told)
