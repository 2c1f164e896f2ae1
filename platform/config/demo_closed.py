"""A conversation that has closed, read and coded by two analysts, with a published report: for demonstrations."""

import random
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from config import demo_analysis, demo_meals, demo_words
from conversations.models import Conversation, Stream
from conversations.queries.conversations import conversation_at
from conversations.queries.surveys import survey_of
from conversations.services import conversations, importing, posting, surveys, tallies, voting
from conversations.services.conversations import Question
from privacy.anonymity import Ticket
from privacy.vault.interface import vault
from reporting.coding.services import frames
from reporting.documents.models import Version
from tenants.permissions import Staff

_SEED = 6  # the same demonstration each time
_DAYS_OPEN, _DAYS_SINCE = 14, 9
# How many in a hundred vote on an idea, and how many work at night.
_VOTE, _AT_NIGHT = 55, 40
# Every third voice hardly says anything, and some of these nothing at all.
_QUIET = 5
_HUNDRED = 100


def load(*, organisation: str, by: tuple[Staff, Staff]) -> Version:
    """What people said, then the whole analysis of it, in the current organisation."""
    made = _conversation()
    _talk(made)
    now = timezone.now()
    codes = demo_analysis.make_frame(made, demo_meals.BOOK, first=demo_meals.FIRST_READING, by=by[0], at=now)
    posts = demo_analysis.posts_to_code(made)
    demo_analysis.code_all(made, demo_meals.BOOK, codes, posts, by=by, at=now)
    demo_analysis.settle_all(made, first=by[0], by=by[1], at=now)
    frames.set_blind(conversation=made, is_blind=False, by=by[0], at=now)
    demo_analysis.release_figures(made, by=by[0], at=now)
    demo_analysis.find_groups(made, by=by[0], at=now)
    report = demo_analysis.write_report(
        made, title=demo_meals.TITLE, texts=demo_meals.TEXTS, dimension="work", by=by[0], at=now
    )
    return demo_analysis.publish(report, organisation=organisation, by=by[0], at=now)


def _conversation() -> Conversation:
    made = conversations.create_conversation(
        slug=demo_meals.SLUG,
        name=demo_meals.NAME,
        introduction=demo_meals.INTRODUCTION,
        notice=demo_words.OWN_WORDS,
        questions=[Question(question, context) for question, context, _ideas in demo_meals.QUESTIONS],
        areas=[("everybody", "Everybody")],
    )
    surveys.define_survey(conversation=made.pk, questions=demo_meals.SURVEY)
    closes = timezone.localdate() - timedelta(days=_DAYS_SINCE)
    conversations.schedule_conversation(
        conversation=made.pk,
        opens_at=_moment(made, closes - timedelta(days=_DAYS_OPEN), 9),
        closes_at=_moment(made, closes, 17),
    )
    return conversation_at(demo_meals.SLUG)


def _moment(conversation: Conversation, day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=conversation.zone)


def _talk(conversation: Conversation) -> None:
    """Voices without address answer the survey, post, comment and vote through the services, like anybody."""
    chance = random.Random(_SEED)  # noqa: S311  (a demonstration, not a secret)
    voices = _voices(conversation)
    chance.shuffle(voices)
    nights = len(voices) * _AT_NIGHT // _HUNDRED
    streams = Stream.objects.filter(conversation=conversation).order_by("position")
    for stream, (_question, _context, ideas) in zip(streams, demo_meals.QUESTIONS, strict=True):
        for said in ideas:
            _discuss(conversation, stream.pk, said, voices, nights, chance)
    tallies.count_conversation(conversation=conversation.pk)
    importing.finish_import(conversation=conversation, at=timezone.now())


def _voices(conversation: Conversation) -> list[Ticket]:
    """Those who take part. Were nobody else invited, no figure about them could be shown."""
    invited = vault().enrol_voices(conversation=conversation.pk, count=demo_meals.INVITED, area="everybody")
    groups = [group for group, people in demo_meals.GROUPS.items() for _person in range(people)]
    survey = survey_of(conversation)
    return [
        surveys.answer_survey(
            conversation=conversation, survey=survey, by=voice, answers={"work": group}, area=""
        )
        for voice, group in zip(invited, groups, strict=False)
    ]


@transaction.atomic
def _discuss(
    conversation: Conversation,
    stream: UUID,
    said: demo_meals.Said,
    voices: list[Ticket],
    nights: int,
    chance: random.Random,
) -> None:
    assert conversation.opens_at is not None  # noqa: S101  (it was just scheduled)
    at = conversation.opens_at + timedelta(days=said.day, hours=1)
    author, *others = chance.sample(voices, len(said.comments) + 1)
    idea = posting.post_idea(
        conversation=conversation, stream=stream, by=author, form=str(uuid4()), text=said.text, at=at
    )
    for voice, text in zip(others, said.comments, strict=True):
        posting.add_comment(
            conversation=conversation, idea=idea, by=voice, form=str(uuid4()), text=text, at=at
        )
    for n, voice in enumerate(voices):
        if chance.randrange(_HUNDRED) < (_VOTE if n % 3 else _QUIET):
            likes = chance.randrange(_HUNDRED) < (said.by_night if n < nights else said.by_day)
            value = voting.LIKE if likes else voting.DISLIKE
            voting.cast_vote(conversation=conversation, idea=idea, by=voice, value=value, at=at)
