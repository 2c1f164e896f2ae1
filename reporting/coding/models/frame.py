from uuid import uuid4

from django.db import models

from conversations.models import Comment, Conversation, Idea

MOST_CHARACTERS_OF_NAME = 120
MOST_CHARACTERS_OF_DEFINITION = 2000
MOST_CHARACTERS_OF_MEMO = 4000
MOST_CHARACTERS_OF_EXAMPLE = 600
MOST_CHARACTERS_OF_NOTE = 500
MOST_CHARACTERS_OF_CHANGE = 2000


class CodeState(models.TextChoices):
    ACTIVE = "active", "In the frame"
    RETIRED = "retired", "Retired"
    MERGED = "merged", "Merged into another"
    SPLIT = "split", "Split into others"


class ChangeKind(models.TextChoices):
    ADDED = "added", "Added"
    IMPORTED = "imported", "Brought in from a file"
    RENAMED = "renamed", "Renamed"
    DESCRIBED = "described", "Described anew"
    MOVED = "moved", "Moved"
    MERGED = "merged", "Merged"
    SPLIT = "split", "Split"
    RETIRED = "retired", "Retired"
    RESTORED = "restored", "Taken up again"
    OPENED = "opened", "Blind coding ended"
    BLINDED = "blinded", "Blind coding began again"


class Frame(models.Model):
    """The coding frame of one conversation. Whoever changes it or its codes holds this row."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    # The number of the last version that was published; 0 before there is one.
    version = models.PositiveIntegerField(default=0)
    # While it is, nobody sees what another analyst coded, but where two disagree.
    is_blind = models.BooleanField(default=True)
    suggested_on = models.DateField(null=True)
    # From how many coded contributions the suggestions were learned.
    learned_from = models.PositiveIntegerField(default=0)
    # Addresses and numbers of participants were taken out of what analysts wrote.
    is_masked = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"version {self.version}"


class Code(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    frame = models.ForeignKey(Frame, on_delete=models.CASCADE, related_name="codes")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
    position = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=MOST_CHARACTERS_OF_NAME)
    definition = models.CharField(max_length=MOST_CHARACTERS_OF_DEFINITION, blank=True)
    # `#rrggbb`, told apart from paper by day and by night.
    colour = models.CharField(max_length=7)
    memo = models.CharField(max_length=MOST_CHARACTERS_OF_MEMO, blank=True)
    state = models.CharField(max_length=7, choices=CodeState, default=CodeState.ACTIVE)
    merged_into = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="sources")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=CodeState.values), name="code_state_is_known"
            ),
            models.UniqueConstraint(
                fields=["frame", "parent", "name"],
                condition=models.Q(state="active"),
                nulls_distinct=False,
                name="code_name_is_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Example(models.Model):
    """What a code is for, shown: a passage of a contribution, as offsets into its text, or words of our own."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    code = models.ForeignKey(Code, on_delete=models.CASCADE, related_name="examples")
    position = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(max_length=MOST_CHARACTERS_OF_EXAMPLE, blank=True)
    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="+")
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    # That of the contribution when it was chosen: the words of another version are not quoted.
    version = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(idea__isnull=True) | models.Q(comment__isnull=True),
                name="example_is_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(idea__isnull=True, comment__isnull=True, start__isnull=True)
                | models.Q(words="", start__isnull=False, end__gt=models.F("start"), version__isnull=False),
                name="example_is_words_or_passage",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class FrameVersion(models.Model):
    """The frame as it was published: its codes depth first, as plain data that never changes."""

    frame = models.ForeignKey(Frame, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    by = models.UUIDField()
    day = models.DateField()
    note = models.CharField(max_length=MOST_CHARACTERS_OF_NOTE, blank=True)
    lines = models.JSONField()
    pk = models.CompositePrimaryKey("frame_id", "number")

    def __str__(self) -> str:
        return f"version {self.number}"


class Change(models.Model):
    """One step in the history of a frame: who did what to which code, on which day. Added, never changed."""

    frame = models.ForeignKey(Frame, on_delete=models.CASCADE, related_name="changes")
    number = models.PositiveIntegerField()
    # The published version it came after.
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=9, choices=ChangeKind)
    code = models.ForeignKey(Code, on_delete=models.CASCADE, null=True, related_name="changes")
    # What it was, and what it became: names of codes, each with what leads to it.
    before = models.CharField(max_length=MOST_CHARACTERS_OF_CHANGE, blank=True)
    after = models.CharField(max_length=MOST_CHARACTERS_OF_CHANGE, blank=True)
    # How many codes given were pointed elsewhere.
    repointed = models.PositiveIntegerField(default=0)
    by = models.UUIDField()
    day = models.DateField()
    pk = models.CompositePrimaryKey("frame_id", "number")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ChangeKind.values), name="change_kind_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.before} {self.after}"
