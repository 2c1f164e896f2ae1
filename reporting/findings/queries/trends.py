"""What was written about by day. Votes keep no day, so trends are of ideas and comments."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from conversations.models import Conversation
from reporting.findings.measures import Shift, days_between, shift
from reporting.findings.queries.posts import Posts, posts_of

_LATELY = timedelta(days=7)
# Fewer posts in a week are no trend, and too few to speak of.
_FEWEST = 11


@dataclass(frozen=True, slots=True)
class DayCount:
    day: date
    ideas: int
    comments: int

    @property
    def posts(self) -> int:
        return self.ideas + self.comments


@dataclass(frozen=True, slots=True)
class Rise:
    """A theme and its share of all posts: in the last seven days against the days before."""

    code: UUID
    path: tuple[str, ...]
    lately: int
    before: int
    shift: Shift


def trend_of(
    conversation: Conversation, *, code: UUID | None = None, posts: Posts | None = None
) -> list[DayCount]:
    """Every day from the first post to the last one, of one theme if asked, days without any as well."""
    posts = posts or posts_of(conversation)
    if not posts.all:
        return []
    ideas: Counter[date] = Counter()
    comments: Counter[date] = Counter()
    for post in posts.all if code is None else posts.under(code):
        (ideas if post.is_idea else comments)[post.day] += 1
    days = days_between(min(post.day for post in posts.all), max(post.day for post in posts.all))
    return [DayCount(day, ideas[day], comments[day]) for day in days]


def rising_of(conversation: Conversation, *, posts: Posts | None = None) -> list[Rise]:
    """Themes that take up more of what is written in the last seven days of posts than before, surest first."""
    posts = posts or posts_of(conversation)
    if not posts.all:
        return []
    since = max(post.day for post in posts.all) - _LATELY
    lately: Counter[UUID] = Counter()
    before: Counter[UUID] = Counter()
    of_lately = 0
    for post in posts.all:
        is_late = post.day > since
        of_lately += is_late
        (lately if is_late else before).update(posts.codes.get(post.id, ()))
    found = []
    for line in posts.frame:
        now, then = lately[line.id], before[line.id]
        change = shift(now, of_lately, then, len(posts.all) - of_lately)
        if change is not None and change.is_rising and now >= _FEWEST:
            found.append(Rise(line.id, line.path, now, then, change))
    return sorted(found, key=lambda rise: (-rise.shift.low, rise.path))
