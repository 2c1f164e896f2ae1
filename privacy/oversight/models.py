"""The control plane's part of what is done as a last resort: the record of it, and who is called in need."""

from uuid import uuid4

from django.db import models

from privacy.anonymity import Kind
from privacy.vault.shapes import Ground

MOST_CHARACTERS_OF_EXPLANATION = 600


class GroundChoice(models.TextChoices):
    """The vault's grounds with their words."""

    WARNINGS = Ground.WARNINGS.value, "Repeated warnings were ignored"
    ABUSE = Ground.ABUSE.value, "It is personally abusive"
    CRIME = Ground.CRIME.value, "It may be a crime"
    WELLBEING = Ground.WELLBEING.value, "A life seems to be in danger"


class Telling(models.TextChoices):
    """Whether the person hears of it. They do, unless there is one of these risks."""

    TOLD = "told", "They are told in their inbox"
    DANGER = "danger", "Not told: it could put somebody in danger"
    INQUIRY = "inquiry", "Not told: it could hinder the police"


class IdentificationState(models.TextChoices):
    ASKED = "asked", "Waits for a decision"
    APPROVED = "approved", "Approved, not seen yet"
    REFUSED = "refused", "Refused"
    SEEN = "seen", "Seen"
    EXPIRED = "expired", "Over, without having been seen"


class Identification(models.Model):
    """
    That somebody was to be identified, why, and what became of it. Never who, and of which contribution
    a salted digest alone: this record outlives the people it is about.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    organisation = models.UUIDField()
    conversation = models.UUIDField()
    # The vault's own number for it.
    grant = models.UUIDField(unique=True)
    salt = models.BinaryField()
    digest = models.BinaryField()
    kind = models.CharField(max_length=7, choices=[(kind.value, kind.value) for kind in Kind])
    ground = models.CharField(max_length=9, choices=GroundChoice)
    explanation = models.CharField(max_length=MOST_CHARACTERS_OF_EXPLANATION)
    telling = models.CharField(max_length=7, choices=Telling)
    state = models.CharField(max_length=8, choices=IdentificationState, default=IdentificationState.ASKED)
    asked_by = models.UUIDField()
    decided_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=IdentificationState.values), name="identification_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ground__in=GroundChoice.values), name="identification_ground_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(telling__in=Telling.values), name="identification_telling_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("asked_by"))
                | models.Q(state=IdentificationState.REFUSED),
                name="identification_is_decided_by_another",
            ),
        ]
        # "What was asked in this conversation?", newest first.
        indexes = [models.Index("conversation", models.F("asked_at").desc(), name="identification_asked")]

    def __str__(self) -> str:
        return f"{self.state} {self.id}"

    @property
    def is_to_be_told(self) -> bool:
        return self.telling == Telling.TOLD


class OnDuty(models.Model):
    """Somebody of Clever Together who is called when a life may be in danger, in one organisation's conversations."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    organisation = models.UUIDField()
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "email", "phone"], name="on_duty_once"),
            models.CheckConstraint(condition=~models.Q(email="", phone=""), name="on_duty_can_be_reached"),
        ]

    def __str__(self) -> str:
        return self.name
