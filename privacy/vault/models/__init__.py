"""
The vault's tables. Everything about a person is sealed; look-up is by keyed blind index.

Nothing here tells what anybody wrote or voted, or when somebody signed in.
"""

import uuid

from django.db import models
from django.utils import timezone

from privacy.vault.models.figures import Described as Described
from privacy.vault.models.figures import Frozen as Frozen
from privacy.vault.models.figures import FrozenPart as FrozenPart
from privacy.vault.models.figures import Release as Release
from privacy.vault.models.opinions import Opinions as Opinions
from privacy.vault.models.requests import RequestContact as RequestContact
from privacy.vault.models.requests import RequestPart as RequestPart


class Conversation(models.Model):
    """Whose people these are, and what their messages are called. Holds no person."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField(db_index=True)
    schema_name = models.CharField(max_length=63)
    name = models.CharField(max_length=160)
    site = models.CharField(max_length=300)
    time_zone = models.CharField(max_length=40, default="Europe/London")
    # It is being deleted: nothing but the verbs of deletion opens it any more.
    is_closed = models.BooleanField(default=False, db_default=False)
    # The start of the last window in which "something new is waiting" was sent, or might have been.
    window_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Leaving(models.TextChoices):
    """Somebody who asked to be forgotten and waits for the night that does it."""

    NO = ""
    KEEPING = "keeping"  # contributions stay, without any link
    WITHDRAWING = "withdrawing"  # contributions go too


class Person(models.Model):
    """Somebody on a roster (or a voice of an imported conversation, without any address)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE)
    key_version = models.SmallIntegerField()
    # Blind indexes: HMACs under the conversation's index key, to find a person by what was typed.
    email_index = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    reference_index = models.BinaryField(null=True)
    sealed_email = models.BinaryField(null=True)
    sealed_phone = models.BinaryField(null=True)
    sealed_attributes = models.BinaryField()
    sealed_survey = models.BinaryField(null=True)
    sealed_secret = models.BinaryField()
    sealed_password = models.BinaryField(null=True)
    # Sessions stand under the handle; a new handle ends them.
    handle = models.CharField(max_length=43)
    is_restricted = models.BooleanField(default=False)
    is_waiting = models.BooleanField(default=False)
    # Whether a mail has left for what waits. Each delivery makes it false again.
    is_told = models.BooleanField(default=False)
    leaving = models.CharField(max_length=11, choices=Leaving, default=Leaving.NO, blank=True)
    leaving_batch = models.UUIDField(null=True)
    # The number somebody was given when they left, to see later that it was done.
    leaving_reference = models.CharField(max_length=14, blank=True)
    # Wants no mailings at all. Codes, and what they ask for themselves, are still sent.
    is_stopped = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "email_index"], name="person_email_is_once"),
            models.UniqueConstraint(fields=["conversation", "phone_index"], name="person_phone_is_once"),
            models.UniqueConstraint(
                fields=["conversation", "reference_index"], name="person_reference_is_once"
            ),
        ]
        indexes = [
            # "Who waits to be forgotten?": a handful among many.
            models.Index(fields=["conversation"], condition=~models.Q(leaving=""), name="person_leaving"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def indexes(self) -> list[bytes]:
        """The blind indexes there are: what a tombstone remembers of somebody."""
        found = (self.reference_index, self.email_index, self.phone_index)
        return [bytes(index) for index in found if index is not None]


class Roster(models.Model):
    """
    What the last import left to be known about all rosters of a conversation, sealed.

    How columns are read, what groups are called and how many people are in them; and for each row,
    under a blind index, a digest that tells whether the next roster says something new.
    """

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True)
    sealed = models.BinaryField(null=True)

    def __str__(self) -> str:
        return str(self.conversation_id)


class Forgotten(models.Model):
    """The number of a leaving that is done. It leads to nobody, and goes with the conversation."""

    reference = models.CharField(max_length=14, primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE)
    day = models.DateField()

    def __str__(self) -> str:
        return self.reference


class SupportMessage(models.Model):
    """Somebody asks for help: "I have not received my details". Text and contact are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE)
    sealed = models.BinaryField()
    is_done = models.BooleanField(default=False)
    # Somebody answered, and it stays open until it is settled.
    is_answered = models.BooleanField(default=False)
    written_on = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["written_on"], condition=models.Q(is_done=False), name="support_waiting")
        ]

    def __str__(self) -> str:
        return str(self.id)


class Letter(models.Model):
    """A message that waits to leave. Written the same whether or not the address is known."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # None for what the vault writes for the whole platform, which is sealed under keys of its own.
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, null=True)
    sealed = models.BinaryField()
    # Claimed before it is sent: a letter is never sent twice. A crash leaves it claimed, which is "unknown".
    is_claimed = models.BooleanField(default=False)
    # A code is worthless after some minutes; what somebody wrote is not.
    is_lasting = models.BooleanField(default=False)
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["written_at"], condition=models.Q(is_claimed=False), name="letter_waiting")
        ]

    def __str__(self) -> str:
        return str(self.id)


class MailingState(models.TextChoices):
    SCHEDULED = "scheduled"  # nobody has been chosen yet
    RELEASED = "released"  # there is a dispatch for everybody who gets it


class Mailing(models.Model):
    """A message to many, with one text for all. Made once for each key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=80)
    # What the organisation wrote, or what changes from one conversation to the next; else empty.
    subject = models.CharField(max_length=160, blank=True)
    text = models.TextField(blank=True)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=MailingState, default=MailingState.SCHEDULED)
    # Where too few take news to hide somebody among them: it reaches those who stopped, too.
    is_to_everybody = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "kind", "key"], name="mailing_is_made_once")
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="scheduled"), name="mailing_scheduled")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class DispatchState(models.TextChoices):
    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"


class Dispatch(models.Model):
    """One mailing to one person. Says nothing of when it left, or of what they did afterwards."""

    # Random, and the order in which dispatches leave: so the order tells nothing.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    state = models.CharField(max_length=7, choices=DispatchState, default=DispatchState.WAITING)
    # Only while it is claimed: a claim that grows old was left by a crash, and is "unknown".
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "mailing"], name="dispatch_is_once"),
        ]
        indexes = [models.Index(fields=["id"], condition=models.Q(state="waiting"), name="dispatch_waiting")]

    def __str__(self) -> str:
        return f"{self.state} {self.id}"


class Warned(models.Model):
    """
    That somebody was warned, and the day. Counted in here alone.

    Which contribution it was about stands here only as a blind index, so that it counts once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    mark = models.BinaryField()
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "mark"], name="warning_counts_once")]

    def __str__(self) -> str:
        return str(self.id)


class Officer(models.Model):
    """A privacy officer who hears of every identification. This list is the vault's own; no call changes it."""

    organisation = models.UUIDField()
    email = models.EmailField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "email"], name="officer_is_listed_once")
        ]

    def __str__(self) -> str:
        return self.email


class GrantState(models.TextChoices):
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    SEEN = "seen"


class Grant(models.Model):
    """
    The permission to learn once who wrote one contribution. It names staff, and nobody else.

    The contribution stands here as a blind index: the row leads neither to it nor to its author.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE)
    mark = models.BinaryField()
    ground = models.CharField(max_length=9)
    state = models.CharField(max_length=8, choices=GrantState, default=GrantState.ASKED)
    asked_by = models.UUIDField()
    decided_by = models.UUIDField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=GrantState.values), name="grant_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("asked_by"))
                | models.Q(state=GrantState.REFUSED),
                name="grant_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[GrantState.ASKED, GrantState.REFUSED])
                | models.Q(decided_by__isnull=False, expires_at__isnull=False),
                name="grant_was_approved_for_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.id}"


class JobState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    """A long verb in the ledger: claimed with a lease, fenced, run once however often it is started."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    conversation = models.UUIDField(db_index=True)
    organisation = models.UUIDField()
    verb = models.CharField(max_length=20)
    sealed_input = models.BinaryField(null=True)
    state = models.CharField(max_length=7, choices=JobState, default=JobState.WAITING)
    report = models.JSONField(null=True)
    # What `examine` found, with the names of groups, or what `tabulate` finished; for a day.
    sealed_preview = models.BinaryField(null=True)
    # How far a long one is, in parts of a hundred.
    progress = models.SmallIntegerField(default=0, db_default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True)
    claimed_by = models.UUIDField(null=True)
    fence = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"], condition=models.Q(state__in=["waiting", "running"]), name="job_to_do"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.id}"


class Traces(models.Model):
    """
    Salted digests of everybody's addresses, numbers and names, sealed: for finding what is left of them.

    Written before the people go, and gone with the conversation's keys.
    """

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.conversation_id)


class Planted(models.Model):
    """An example that the scan of this database must find. Its transaction is always rolled back: no row stays."""

    name = models.CharField(max_length=80)
    text = models.TextField()
    content = models.BinaryField()
    data = models.JSONField()

    def __str__(self) -> str:
        return self.name
