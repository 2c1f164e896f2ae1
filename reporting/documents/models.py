"""Reports, and what they are made from. Nothing here says anything about a person but what a quote says itself."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from conversations.models import Conversation
from kernel.database import Sha256
from privacy.anonymity import Kind

MOST_CHARACTERS_OF_TEXT = 20_000
MOST_CHARACTERS_OF_QUOTE = 1_200


def _holds_what_it_is_named_after(name: str) -> models.CheckConstraint:
    """
    Its key is the digest of its content, so neither can be changed: others hold on to the key.

    Its content alone may go, when something in it has to be forgotten; then the digest says what was there.
    """
    return models.CheckConstraint(condition=Q(content="") | Q(digest=Sha256("content")), name=name)


class Snapshot(models.Model):
    """The analysis as it stood on one day, in canonical JSON under its own digest. It never changes."""

    digest = models.CharField(max_length=64, primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="snapshots")
    content = models.TextField()
    taken_on = models.DateField()
    # "The newest" among several of one day.
    number = models.IntegerField()

    class Meta:
        constraints = [
            _holds_what_it_is_named_after("snapshot_is_its_digest"),
            models.UniqueConstraint(fields=["conversation", "number"], name="snapshot_number_is_once"),
        ]

    def __str__(self) -> str:
        return self.digest[:12]


class Freezing(models.Model):
    """That somebody asked for a snapshot which is not there yet. Gone as soon as it is."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    by = models.UUIDField()
    # The report that goes on from it.
    report = models.UUIDField(null=True)

    def __str__(self) -> str:
        return str(self.conversation_id)


class Report(models.Model):
    """What analysts write, over one snapshot at a time."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="written_reports")
    title = models.CharField(max_length=160)
    language = models.CharField(max_length=12, default="en")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.RESTRICT, null=True, related_name="reports")
    started_on = models.DateField()

    def __str__(self) -> str:
        return self.title


class SectionKind(models.TextChoices):
    """The parts every report has to choose from, in the order they are first put in."""

    SUMMARY = "summary", "Summary"
    PART = "part", "How people took part"
    THEMES = "themes", "Main areas"
    STRENGTH = "strength", "Strength of opinion"
    DIFFERENCES = "differences", "Differences between groups"
    OPINIONS = "opinions", "Opinion groups"
    NEXT = "next", "What happens next"
    METHOD = "method", "Method, and what was withheld"
    OWN = "own", "A section of your own"


class Section(models.Model):
    """One part of a report: a heading, text in Markdown, and what was chosen from the snapshot."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="sections")
    kind = models.CharField(max_length=11, choices=SectionKind)
    heading = models.CharField(max_length=160)
    text = models.TextField(blank=True)
    position = models.SmallIntegerField()
    is_included = models.BooleanField(default=True)
    # Keys of the snapshot: themes, charts, tables.
    chosen = models.JSONField(default=dict)
    # Goes up with every change: who changes it says which one they saw.
    version = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SectionKind.values), name="section_kind_is_known"),
            models.UniqueConstraint(
                fields=["report", "position"],
                name="section_position_is_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return self.heading


class Quote(models.Model):
    """
    Words of one contribution in a section. No key to the contribution, which is looked up by its id
    whenever the quote is shown: a quote that does not stand in it any more is gone within minutes.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="quotes")
    kind = models.CharField(max_length=7, choices=[(kind.value, kind.value) for kind in Kind])
    contribution = models.UUIDField(db_index=True)
    text = models.CharField(max_length=MOST_CHARACTERS_OF_QUOTE)
    # The one thing said about whoever wrote it: a dimension's code, and what the vault answered.
    by = models.CharField(max_length=60, blank=True)
    label = models.CharField(max_length=160, blank=True)
    position = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["section", "contribution"], name="quote_is_once_in_a_section")
        ]

    def __str__(self) -> str:
        return self.text[:60]


class VersionState(models.TextChoices):
    MAKING = "making", "Being made"
    PUBLISHED = "published", "Published"
    # A later version of the report took its place.
    REPLACED = "replaced", "Replaced"
    # Taken back by an analyst, or because a quote in it may not stand there any more.
    WITHHELD = "withheld", "Withheld"


class Edition(models.Model):
    """Everything a version of a report says besides the snapshot, in canonical JSON under its own digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="editions")
    content = models.TextField()

    class Meta:
        constraints = [_holds_what_it_is_named_after("edition_is_its_digest")]

    def __str__(self) -> str:
        return self.digest[:12]


class Version(models.Model):
    """A report as it was published: one edition over one snapshot. History keeps every one."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="versions")
    number = models.SmallIntegerField()
    snapshot = models.ForeignKey(Snapshot, on_delete=models.RESTRICT, related_name="versions")
    edition = models.ForeignKey(Edition, on_delete=models.RESTRICT, related_name="versions")
    state = models.CharField(max_length=9, choices=VersionState, default=VersionState.MAKING)
    published_on = models.DateField()
    by = models.UUIDField()
    # Why it is withheld, as a sentence for whoever looks at its history.
    reason = models.CharField(max_length=300, blank=True)
    # What stands in the way while it is made.
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="version_state_is_known"),
            models.UniqueConstraint(fields=["report", "number"], name="version_number_is_once"),
            # Two of one report are never to be read at the same time.
            models.UniqueConstraint(
                fields=["report"], condition=Q(state=VersionState.PUBLISHED), name="version_published_is_one"
            ),
            models.UniqueConstraint(
                fields=["report"], condition=Q(state=VersionState.MAKING), name="version_making_is_one"
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"


class Format(models.TextChoices):
    """In the order they are made and listed."""

    PDF = "pdf", "PDF"
    WORD = "docx", "Word"
    PAGE = "html", "Web page"
    SLIDES = "pptx", "PowerPoint"


class Document(models.Model):
    """A version in one format: a file of the organisation's, with its digest and size."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="documents")
    format = models.CharField(max_length=4, choices=Format)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "format"], name="document_format_is_once"),
            models.CheckConstraint(condition=Q(format__in=Format.values), name="document_format_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}.{self.format}"
