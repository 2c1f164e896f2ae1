"""The register: that somebody asked, when, and what became of it. Never who, never what it says."""

from datetime import date

from django.db import models

from privacy.vault.rights import RequestKind


class Kind(models.TextChoices):
    DELETION = RequestKind.DELETION.value, "Deletion"
    COPY = RequestKind.COPY.value, "Copy"
    CORRECTION = RequestKind.CORRECTION.value, "Correction"


class Channel(models.TextChoices):
    SITE = "site", "On the site"
    MAIL = "mail", "By mail or letter"
    TELEPHONE = "telephone", "By telephone"


class State(models.TextChoices):
    RECEIVED = "received", "Received"
    AWAITING = "awaiting identity", "Awaiting identity"
    RUNNING = "running", "Being done"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"


OPEN = (State.RECEIVED, State.AWAITING, State.RUNNING)


class Reason(models.TextChoices):
    """Why the clock stands, why it has longer, why nothing is done."""

    IDENTITY = "identity", "They have to show that the address agrees"
    CLARIFICATION = "clarification", "They were asked what they mean"
    COMPLEX = "complex", "It is complex"
    MANY = "many", "They asked for several things at once"
    UNFOUNDED = "unfounded", "It is not about data held for them"
    EXCESSIVE = "excessive", "The same was done a short time ago"
    UNPROVEN = "unproven", "They did not show that the address agrees"


PAUSES = (Reason.CLARIFICATION,)
EXTENSIONS = (Reason.COMPLEX, Reason.MANY)
REFUSALS = (Reason.UNFOUNDED, Reason.EXCESSIVE, Reason.UNPROVEN)


class Done(models.TextChoices):
    """What can happen to a request. Each is a step with its day."""

    ENTERED = "entered", "Entered"
    CODE_SENT = "code sent", "Code sent to the address"
    IDENTITY_SHOWN = "identity shown", "Identity shown"
    PAUSED = "paused", "Clock paused"
    RESUMED = "resumed", "Clock going on"
    EXTENDED = "extended", "Extended by two months"
    REFUSED = "refused", "Refused"
    DONE = "done", "Done"
    REMINDED = "reminded", "Privacy officers reminded"


class Request(models.Model):
    """One request. `organisation` None: wherever the person belongs to."""

    number = models.CharField(max_length=9, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    channel = models.CharField(max_length=9, choices=Channel)
    state = models.CharField(max_length=17, choices=State, default=State.RECEIVED)
    organisation = models.UUIDField(null=True)
    received_on = models.DateField()
    due_on = models.DateField()
    is_extended = models.BooleanField(default=False)
    # Since when the clock stands, and how many days it stood before.
    paused_on = models.DateField(null=True)
    paused_for = models.CharField(max_length=13, choices=Reason, blank=True)
    days_paused = models.PositiveSmallIntegerField(default=0)
    # How many of the reminders about the present last day were sent.
    reminders = models.PositiveSmallIntegerField(default=0)
    handled_by = models.UUIDField(null=True)
    done_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="request_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(channel__in=Channel.values), name="request_channel_is_known"
            ),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="request_state_is_known"),
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^[0-9A-Z]{4}-[0-9A-Z]{4}$"), name="request_number_is_plain"
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.DONE, done_on__isnull=False)
                | (~models.Q(state=State.DONE) & models.Q(done_on__isnull=True)),
                name="request_done_has_its_day",
            ),
        ]
        # "What is open, and what of it first?"
        indexes = [
            models.Index(
                fields=["due_on"], condition=models.Q(state__in=[s.value for s in OPEN]), name="request_open"
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_paused(self) -> bool:
        return self.paused_on is not None

    def days_left(self, *, today: date) -> int:
        """Until its last day; fewer than none once that is over. While the clock stands they stay the same."""
        return (self.due_on - (self.paused_on or today)).days


class RequestStep(models.Model):
    """What happened to a request on which day, by whom of us. In the order of their numbers."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="steps")
    day = models.DateField()
    what = models.CharField(max_length=14, choices=Done)
    reason = models.CharField(max_length=13, choices=Reason, blank=True)
    by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(what__in=Done.values), name="request_step_is_known"),
            models.CheckConstraint(
                condition=models.Q(reason__in=["", *Reason.values]), name="request_reason_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.what}"
