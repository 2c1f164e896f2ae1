"""What goes in and out, described once: for reading it, for writing it, and for the schema."""

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

_PRINTABLE = re.compile(r"[\x21-\x7e]{1,100}")


class Shape(serializers.Serializer[Any]):
    # A described object; what it says of itself stands in the schema, so this one says nothing.
    # Fields that are not described are refused, so that a slip of the pen is noticed.

    if TYPE_CHECKING:
        # Names of fields that the framework uses for something else on the object itself; it keeps them apart.
        source: Any
        label: Any
        context: Any

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401  (whatever was sent)
        if isinstance(data, Mapping):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({"non_field_errors": ["unknown"]})
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """Text, and nothing that could be taken for it: a number is none. Blanks stay; services make texts plain."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401  (those of CharField)
        more.setdefault("trim_whitespace", False)
        super().__init__(**more)

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number that a table can hold; a text with digits is none."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401
        more.setdefault("min_value", 0)
        more.setdefault("max_value", 2**31 - 1)
        super().__init__(**more)

    def to_internal_value(self, data: Any) -> int:  # noqa: ANN401
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Problem(Shape):
    """Why something was not done (RFC 9457)."""

    type = Text(help_text="A name for this kind of problem, as a relative address.")
    title = Text(help_text="The status in words.")
    status = serializers.IntegerField()
    code = Text(help_text="For programs: never changes.")
    detail = Text(help_text="One sentence for people: what happened, and what to do next.")
    field = Text(required=False, help_text="Which field of what was sent, where it is about one.")


class After(Shape):
    """Where a page begins."""

    after = Text(
        required=False, max_length=100, help_text="`after` of the page before. Leave out for the first."
    )


@cache
def page_of(item: type[Shape]) -> type[Shape]:
    """A page of items, and the key of the next one: null on the last."""
    name = f"PageOf{_called(item)}"
    fields: dict[str, Any] = {
        "items": item(many=True),
        "after": Text(allow_null=True, help_text="Send it as `after` for the next page. Null on the last."),
        "__doc__": "A page of them, in their order.",
    }
    return type(name, (Shape,), fields)


@cache
def list_of(item: type[Shape]) -> type[Shape]:
    """All there are."""
    fields: dict[str, Any] = {"items": item(many=True), "__doc__": "All there are."}
    return type(f"ListOf{_called(item)}", (Shape,), fields)


def _called(item: type[Shape]) -> str:
    return item.__name__.removesuffix("Shape")


def is_key(text: str) -> bool:
    """Whether this can be an idempotency key."""
    return _PRINTABLE.fullmatch(text) is not None
