"""
Pages that are the same for everybody but for a few places, rendered once and kept for seconds.

Such a page is rendered for a bystander: no cookie, no session and no header of whoever asks reaches the
template, so nothing of theirs can be in what is kept. What is theirs is put into its holes afterwards.
"""

import re
import secrets
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.template.loader import render_to_string
from markupsafe import Markup

from kernel.remembered import Remembered
from web.jinja import BACK, QUOTED_BACK, page_context

# Nobody can type a hole: its name is another one in every process.
_SECRET = secrets.token_hex(8)
_HOLE = re.compile(f"hole-{_SECRET}-([a-z]+)-")


def hole(name: str) -> Markup:
    """Stands in a kept page for what is put there for each person."""
    return Markup(f"hole-{_SECRET}-{name}-")  # noqa: S704  (letters and dashes)


@dataclass(frozen=True, slots=True)
class Bystander:
    """What a kept page may know of a request: where it leads, and nothing of who asks."""

    organisation: object
    conversation: object
    resolver_match: object
    path: str
    participant: bool = True
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)

    def get_full_path(self) -> Markup:
        return BACK


class KeptPages:
    """Pages of one template. `seconds` bounds how late a page may be, `most` how many are kept."""

    def __init__(self, template: str, *, seconds: float, most: int) -> None:
        self._template = template
        self._kept: Remembered[Hashable, list[str]] = Remembered(seconds=seconds, most=most)

    def page(
        self,
        key: Hashable,
        bystander: Bystander,
        context: Callable[[], dict[str, object]],
        holes: Mapping[str, str],
    ) -> str:
        """
        The page of this key with its holes filled; `context` is asked when it has to be rendered.

        The key begins with the tenant and names everything the page depends on. What fills a hole is HTML.
        """
        pieces = self._kept.get(key, lambda: self._render(bystander, context()))
        return "".join(holes[piece] if n % 2 else piece for n, piece in enumerate(pieces))

    def _render(self, bystander: Bystander, context: dict[str, object]) -> list[str]:
        common = {**page_context(HttpRequest()), "request": bystander, "csrf_input": hole("form")}
        page = render_to_string(self._template, {**common, **context})
        return _HOLE.split(page.replace(QUOTED_BACK, hole("quoted")).replace(BACK, hole("back")))
