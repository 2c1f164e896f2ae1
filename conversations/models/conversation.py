from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import models

_DAYS_UNTIL_ALL_IS_GONE = 30
_CODE = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"


class Emptying(models.TextChoices):
    """How far its deletion has got: from its start nothing is counted, rewritten or worked on any more."""

    NO = ""
    UNDER_WAY = "under way"
    DONE = "done"


class Conversation(models.Model):
    """One conversation; shares its id with the project. Dates decide whether it is open."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=160)
    introduction = models.TextField(blank=True)
    # Shown at the bottom of every page: where imported content comes from, what a demonstration is.
    notice = models.TextField(blank=True)
    time_zone = models.CharField(max_length=40, default="Europe/London")
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    # What is being prepared. A draft has no other dates, so that nobody but staff meets it.
    planned_opens_at = models.DateTimeField(null=True)
    planned_closes_at = models.DateTimeField(null=True)
    # Why the dates were changed while it was open. Participants read it.
    dates_reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    # Set before it opens and shown to participants: how long it is analysed before it is complete.
    days_of_analysis = models.PositiveSmallIntegerField(default=60)
    # Since then participants find nothing but their own data; the control plane holds the deadline.
    completed_at = models.DateTimeField(null=True)
    # Which invitation a member of staff has had in a mailbox and seen: the digest of its words.
    seen_invitation = models.CharField(max_length=64, blank=True, default="", db_default="")
    # Choices that participants can read: is the organisation told that somebody was contacted or a post
    # removed (never who), and may somebody be identified because a life seems to be in danger?
    client_is_told = models.BooleanField(default=False)
    identifies_for_wellbeing = models.BooleanField(default=False)
    # Does the organisation see on its own pages which themes grow, as analysts name them? Likewise read by all.
    client_sees_themes = models.BooleanField(default=False, db_default=False)
    # How many in a hundred of those invited the project wants to take part. 0: it set itself no goal.
    goal_percent = models.PositiveSmallIntegerField(default=0, db_default=0)
    # How often anybody was identified in this conversation. Everybody in it can read the number.
    identified_times = models.PositiveIntegerField(default=0)
    # Empty once nobody is left to whom anything could be sealed.
    public_key = models.BinaryField()
    emptying = models.CharField(
        max_length=9, choices=Emptying, default=Emptying.NO, db_default="", blank=True
    )
    # The last day whose contributions stand in no order any more.
    rewritten_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(slug__regex=_CODE), name="conversation_slug_is_plain"),
            models.CheckConstraint(
                condition=models.Q(goal_percent__lte=100), name="conversation_goal_is_a_share"
            ),
            models.CheckConstraint(
                condition=models.Q(opens_at__isnull=True, closes_at__isnull=True)
                | models.Q(opens_at__lt=models.F("closes_at")),
                name="conversation_opens_before_it_closes",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def is_open(self, *, at: datetime) -> bool:
        return self.has_opened(at=at) and not self.has_closed(at=at)

    def has_opened(self, *, at: datetime) -> bool:
        return self.opens_at is not None and self.opens_at <= at

    def has_closed(self, *, at: datetime) -> bool:
        return self.closes_at is not None and self.closes_at <= at

    @property
    def completes_at(self) -> datetime | None:
        """When it is complete, whether somebody completed it or its days of analysis did."""
        if self.completed_at is not None or self.closes_at is None:
            return self.completed_at
        return self.closes_at + timedelta(days=self.days_of_analysis)

    def is_complete(self, *, at: datetime) -> bool:
        """From then on participants find nothing but their own data, even before anybody wrote it down."""
        return self.completes_at is not None and self.completes_at <= at

    @property
    def gone_by(self) -> datetime | None:
        """When nothing about a person exists any more: thirty days after it is complete, at the most."""
        return self.completes_at and self.completes_at + timedelta(days=_DAYS_UNTIL_ALL_IS_GONE)


class Area(models.Model):
    """An audience with a discussion of its own: staff, students. Most conversations have one."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="areas")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    position = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "code"], name="area_code_is_once")]

    def __str__(self) -> str:
        return self.name


class Stream(models.Model):
    """A question, under which ideas are posted."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="streams")
    question = models.CharField(max_length=200)
    context = models.TextField(blank=True)
    position = models.SmallIntegerField(default=0)
    # Null opens with the conversation; until its moment a later stage is announced and cannot be reached.
    opens_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.question

    def has_opened(self, *, at: datetime) -> bool:
        return self.opens_at is None or self.opens_at <= at


class Tally(models.Model):
    """
    How much there is in one stream and area, counted again every minute.

    Not kept by each write: a total that moves by one would tell when somebody acts (decision 007).
    """

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="tallies")
    area = models.ForeignKey(Area, on_delete=models.CASCADE)
    ideas = models.IntegerField(default=0)
    comments = models.IntegerField(default=0)
    votes = models.IntegerField(default=0)
    pk = models.CompositePrimaryKey("stream_id", "area_id")

    def __str__(self) -> str:
        return f"{self.ideas} ideas, {self.comments} comments, {self.votes} votes"
