"""One base for everything that can go wrong and has a sentence for the person it happens to."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.languages import number


class DomainError(Exception):
    """
    A refusal with a code for machines and one plain sentence for people.

    Subclasses stand beside the function that raises them. Facts given to the
    constructor fill the sentence's placeholders; they must never hold personal data,
    because the sentence may be logged.
    """

    code = "refused"
    status = 409
    message: str | Promise = _("That could not be done. Go back and try again.")

    def __init__(self, **facts: Any) -> None:  # noqa: ANN401  (facts are formatted, never kept)
        self.facts = facts
        super().__init__(self.code)

    @property
    def sentence(self) -> str:
        """In the current language, numbers with its separators."""
        facts = {name: number(fact) if type(fact) is int else fact for name, fact in self.facts.items()}
        return str(self.message) % facts if facts else str(self.message)

    def __str__(self) -> str:
        return self.sentence


class NotFound(DomainError):
    """What a person may not see does not exist for them."""

    code = "not_found"
    status = 404
    message = _("There is nothing at this address. Check it, or go back to the start page.")


class Unavailable(DomainError):
    """Something that the product depends on does not answer."""

    code = "unavailable"
    status = 503
    message: str | Promise = _(
        "Part of this site is not answering at the moment. Please try again in a minute."
    )


class TooMany(DomainError):
    """A limit on how often something may be asked was reached; `seconds` until it may be again, where that is known."""

    code = "too_many"
    status = 429
    message = _("That was asked too often in a short time. Wait a few minutes and try again.")

    def __init__(self, seconds: int = 0) -> None:
        super().__init__()
        self.seconds = seconds
