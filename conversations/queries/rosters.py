"""A conversation's roster: who can take part, as far as anybody may know, and what is being brought in."""

from dataclasses import dataclass
from enum import StrEnum

from conversations.models import Area, Conversation, Emptying, RosterUpload
from kernel.errors import NotFound
from privacy.vault.interface import vault
from privacy.vault.refusals import UnknownJob
from privacy.vault.shapes import MailingCounts, Population, Preview, Report


class Step(StrEnum):
    """How far an import is."""

    READING = "reading"
    REFUSED = "refused"  # the file could not be read at all
    CHECKING = "checking"  # it was read; staff look at what it would bring
    TAKING_IN = "taking in"
    NOT_TAKEN_IN = "not taken in"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Import:
    step: Step
    report: Report
    preview: Preview | None

    @property
    def is_under_way(self) -> bool:
        return self.step in {Step.READING, Step.TAKING_IN}

    @property
    def is_ready(self) -> bool:
        """Nothing stands against taking everybody in."""
        return self.step is Step.CHECKING and not self.report.troubles and bool(self.report.people)


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is now. `areas` are names by code."""

    population: Population
    mailings: list[MailingCounts]
    areas: dict[str, str]


def standing_of(conversation: Conversation) -> Standing:
    return Standing(
        population=vault().population(conversation=conversation.pk),
        mailings=vault().mailings(conversation=conversation.pk),
        areas=areas_of(conversation),
    )


def population_standing(conversation: Conversation) -> Standing:
    """The same without mailings, for the organisation itself: their numbers move when single letters come back."""
    is_gone = conversation.emptying != Emptying.NO
    nobody = Population(people=0, areas={}, dimensions=[])
    population = nobody if is_gone else vault().population(conversation=conversation.pk)
    return Standing(population=population, mailings=[], areas=areas_of(conversation))


def upload_of(conversation: Conversation) -> RosterUpload | None:
    return RosterUpload.objects.filter(conversation=conversation).first()


def import_of(conversation: Conversation) -> Import:
    """How far the import is that was begun last. Raises NotFound where there is none."""
    upload = upload_of(conversation)
    if upload is None:
        raise NotFound
    try:
        job = vault().job(conversation=conversation.pk, job=upload.job)
    except UnknownJob as gone:
        raise NotFound from gone
    report = job.report or Report()
    if job.report is None:
        step = Step.TAKING_IN if upload.is_confirmed else Step.READING
    elif upload.is_confirmed:
        step = Step.DONE if job.state == "done" else Step.NOT_TAKEN_IN
    elif job.preview is None:
        step = Step.REFUSED
    else:
        step = Step.CHECKING
    return Import(step=step, report=report, preview=job.preview)


def areas_of(conversation: Conversation) -> dict[str, str]:
    """Names by code, in their order."""
    found = Area.objects.filter(conversation=conversation).order_by("position", "pk")
    return dict(found.values_list("code", "name"))
