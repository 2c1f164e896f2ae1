"""Reports in tests: a closed conversation with a coded frame, and reports made by the real services."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from conversations.models import Comment, Conversation, Idea
from reporting.documents.models import Document, Report, Section, Version
from reporting.documents.services import freezing, publishing, quoting, writing
from tests import coding
from tests.coding import ANALYST
from tests.making import change, make_conversation

NAME = "The acme organisation"
SHIFTS = "We cannot plan our lives. Please publish shifts four weeks ahead, so that we can sleep."
WELSH = "Rhowch fwy o ŵyl i’r staff, os gwelwch yn dda."
ARABIC = "نحتاج إلى معرفة مناوباتنا قبل أربعة أسابيع"


@dataclass(frozen=True)
class Ground:
    talk: Conversation
    ideas: list[UUID]
    comment: UUID


def coded_ground() -> Ground:
    """Three ideas and a comment under two themes, with votes, in a conversation that closed yesterday."""
    talk = make_conversation()
    ideas = coding.paper_ideas(talk, [SHIFTS, WELSH, ARABIC])
    comment = coding.paper_comment(ideas[0], "Six weeks would be better still.")
    work = coding.code(talk, "Work", definition="How work is planned.", colour="#0072b2")
    hours = coding.code(talk, "Hours", work)
    coding.give(talk, ideas[0], hours)
    coding.give(talk, ideas[1], work)
    Idea.objects.filter(pk=ideas[0]).update(likes=112, dislikes=9, comment_count=1)
    closed(talk)
    return Ground(Conversation.objects.get(pk=talk.pk), ideas, comment)


def closed(talk: Conversation) -> None:
    now = timezone.now()
    change(talk, opens_at=now - timedelta(days=10), closes_at=now - timedelta(days=1))
    talk.refresh_from_db()


def make_report(talk: Conversation, *, language: str = "en", title: str = "What we heard") -> Report:
    freezing.freeze_analysis(conversation=talk, by=ANALYST, at=timezone.now())
    return writing.start_report(
        conversation=talk, title=title, language=language, by=ANALYST, at=timezone.now()
    )


def section_in(report: Report, kind: str) -> Section:
    return Section.objects.select_related("report__conversation").get(report=report, kind=kind)


def write(section: Section, text: str, *, is_included: bool = True, **chosen: list[str]) -> Section:
    words = writing.Words(section.heading, text, is_included, chosen)
    seen = Section.objects.get(pk=section.pk).version
    return writing.change_section(section=section, words=words, seen=seen, by=ANALYST)


def quote(report: Report, contribution: UUID, text: str, *, kind: str = "themes") -> None:
    section = section_in(report, kind)
    quoting.add_quote(section=section, contribution=contribution, text=text, dimension="", by=ANALYST)


def publish(report: Report) -> Version:
    """Written down and made, as the task does it."""
    report = Report.objects.select_related("conversation", "snapshot").get(pk=report.pk)
    version = publishing.publish_report(report=report, organisation=NAME, by=ANALYST, at=timezone.now())
    publishing.make_version(version=version.pk)
    return Version.objects.select_related("report__conversation", "edition", "snapshot").get(pk=version.pk)


def document(version: Version, format: str) -> Document:
    return Document.objects.select_related("version__report").get(version=version, format=format)


def forget_text(contribution: UUID, state: str = "withdrawn") -> None:
    """As withdrawing leaves it: the row stays, its words are gone."""
    for model in (Idea, Comment):
        model.objects.filter(pk=contribution).update(text="", state=state)
