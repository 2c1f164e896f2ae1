"""What programs send and get while a roster is brought in. Sizes are those that its page shows."""

from rest_framework import serializers

from conversations.queries.rosters import Step
from privacy.vault.shapes import Meaning
from web.api.files import PART
from web.api.shapes import Shape, Text

_MOST_COLUMNS, _MOST_GROUPS, _LONGEST_CODE, _LONGEST_NAME = 100, 200, 100, 120
_STEPS = [step.value for step in Step]
_MEANINGS = [meaning.value for meaning in Meaning]


class RosterForm(Shape):
    """A form with the file as one of its parts."""

    file = serializers.FileField(help_text=f"The workbook or CSV file, as the part `{PART}`.")


class HowToRead(Shape):
    """What each column holds, in their order, and which area each name in the file stands for."""

    columns = serializers.ListField(
        child=serializers.ChoiceField(_MEANINGS),
        max_length=_MOST_COLUMNS,
        help_text="One for each column, in their order.",
    )
    areas = serializers.DictField(
        child=Text(max_length=_LONGEST_CODE, allow_blank=True),
        required=False,
        default=dict,
        help_text="By `code` of `in_file`: the code of the area that is meant. Only where there are several areas.",
    )


class MergedGroups(Shape):
    """Some groups of a dimension become one."""

    dimension = Text(max_length=_LONGEST_CODE, help_text="Its code.")
    groups = serializers.ListField(
        child=Text(max_length=_LONGEST_CODE), max_length=_MOST_GROUPS, help_text="Their codes."
    )
    into = Text(
        max_length=_LONGEST_NAME,
        allow_null=True,
        help_text="What they are called together. Null: they are not kept.",
    )


class OneDimension(Shape):
    """A dimension of the file, such as its teams."""

    dimension = Text(max_length=_LONGEST_CODE, help_text="Its code.")


class ColumnShape(Shape):
    """A column as it was found. Its values never leave the vault."""

    heading = Text(help_text="Empty where the file names none.")
    holds = serializers.ChoiceField(_MEANINGS, source="meaning", help_text="As it is read at the moment.")
    filled = serializers.IntegerField()
    different = serializers.IntegerField()
    is_personal = serializers.BooleanField(
        help_text="Almost everybody has a value of their own: as a group it would single people out."
    )


class GroupSeen(Shape):
    """A group with the number of people in it after the import."""

    code = Text()
    label = Text()
    people = serializers.IntegerField()
    is_small = serializers.BooleanField(help_text="Fewer than 11: it must be merged, or left out.")


class DimensionSeen(Shape):
    """A column that tells groups apart."""

    code = Text()
    name = Text()
    groups = GroupSeen(many=True)
    unlisted = serializers.IntegerField(
        help_text="Groups that are not listed, because they are so many or so small that they single people out."
    )
    is_merged = serializers.BooleanField()


class AreaInFile(Shape):
    """What the column of areas says, and which area that is taken for, if any."""

    code = Text()
    label = Text()
    rows = serializers.IntegerField(source="people")
    area = Text(help_text="Its code; empty until it is known.")


class PreviewShape(Shape):
    """What an import would bring."""

    form = Text()
    sheets = serializers.IntegerField(help_text="Only the first is read.")
    rows = serializers.IntegerField()
    columns = ColumnShape(many=True)
    dimensions = DimensionSeen(many=True)
    in_file = AreaInFile(many=True, help_text="Names of areas in the file, where there are several areas.")
    areas = serializers.DictField(child=Text(), help_text="The conversation’s areas: names by code.")


class CountsShape(Shape):
    """Rows. Whoever left counts like everybody of whom the file says the same, so they tell nothing."""

    rows = serializers.IntegerField(source="people")
    added = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class TroubleShape(Shape):
    """One thing to put right. It names a row and a column, never a value."""

    row = serializers.IntegerField(help_text="0 is the whole file.")
    column = Text(help_text="Its heading; empty where it is about none.")
    reason = Text()


class StepShape(Shape):
    """That something was begun. `get_roster_import` tells how it goes on."""

    step = serializers.ChoiceField(_STEPS)


class ImportShape(Shape):
    """How far an import is, and what it would bring."""

    step = serializers.ChoiceField(_STEPS)
    is_ready = serializers.BooleanField(help_text="Nothing stands against taking everybody in.")
    preview = PreviewShape(allow_null=True, help_text="As soon as the file was read, until it is taken in.")
    counts = CountsShape(allow_null=True, help_text="When it is ready, and when everybody is taken in.")
    many_alone = serializers.BooleanField(
        help_text="Many people would be alone with what is known of them: fewer or larger groups protect better."
    )
    troubles = TroubleShape(many=True, help_text="The first twenty.")
    troubles_in_all = serializers.IntegerField()
