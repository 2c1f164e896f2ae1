"""
The vault's tables. Everything about a person is sealed; look-up is by keyed blind index.

Nothing here tells what anybody wrote or voted, or when somebody signed in.
"""

import uuid

from django.db import models
from django.utils import timezone


class Conversation(models.Model):
    """Whose people these are, and what their messages are called. Holds no person."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField(db_index=True)
    schema_name = models.CharField(max_length=63)
    name = models.CharField(max_length=160)
    site = models.CharField(max_length=300)

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
    leaving = models.CharField(max_length=11, choices=Leaving, default=Leaving.NO, blank=True)
    leaving_batch = models.UUIDField(null=True)
    # The number somebody was given when they left, to see later that it was done.
    leaving_reference = models.CharField(max_length=14, blank=True)
    # Wants no reminders and news. Codes, and what they ask for themselves, are still sent.
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
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE)
    sealed = models.BinaryField()
    # Claimed before it is sent: a letter is never sent twice. A crash leaves it claimed, which is "unknown".
    is_claimed = models.BooleanField(default=False)
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["written_at"], condition=models.Q(is_claimed=False), name="letter_waiting")
        ]

    def __str__(self) -> str:
        return str(self.id)


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
