"""Deletions and their certificates, in the control plane. They hold no address, no name and no content."""

from uuid import uuid4

from django.db import models

from kernel.database import HoursAfter
from privacy.stores import ORDER, Step

# What each step is called at the console and on the certificate.
WORDS_OF_STEPS = {
    Step.FREEZE: "Nothing is written any more",
    Step.SESSIONS: "Sessions ended",
    Step.DRAIN: "Queues and waiting mail emptied",
    Step.DISABLE_KEY: "Keys closed to everything but the deletion",
    Step.ROWS: "Rows deleted",
    Step.OBJECTS: "Files deleted",
    Step.CACHES: "Caches emptied",
    Step.SUPPLIERS: "Suppliers' lists cleared",
    Step.EXPORTS: "Exports deleted",
    Step.SCAN: "Searched for what is left",
    Step.KEYS: "Keys destroyed",
    Step.CERTIFICATE: "Certificate signed",
}


class Purge(models.Model):
    """
    The deletion of one project's people: its step, who is at it, and what went.

    When it was completed is copied once from where the database itself wrote it; the days until which things
    must be gone follow from that inside the database, and no login of the site may change either.
    """

    project = models.UUIDField(primary_key=True)
    organisation = models.UUIDField(db_index=True)
    completed_at = models.DateTimeField()
    rows_due = models.GeneratedField(
        expression=HoursAfter("completed_at", hours=7 * 24),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    deadline = models.GeneratedField(
        expression=HoursAfter("completed_at", hours=30 * 24),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    # The step that is to be done next, or is being done.
    step = models.CharField(max_length=11, choices=[(step.value, WORDS_OF_STEPS[step]) for step in ORDER])
    leased_until = models.DateTimeField(null=True)
    # Until then nobody tries again: a search takes minutes, and what it found stays until somebody removes it.
    rests_until = models.DateTimeField(null=True)
    # Goes up with each claim. Whoever holds an older number changes nothing.
    fence = models.IntegerField(default=0, db_default=0)
    # By store: how much was found before, how much went, how much came late; by step: when it ended.
    counts = models.JSONField(default=dict, db_default={})
    ended = models.JSONField(default=dict, db_default={})
    scan = models.JSONField(null=True)
    # What stands in the way, as a sentence for whoever looks.
    problem = models.CharField(max_length=300, blank=True, default="", db_default="")
    # The last of the days on which privacy officers were reminded.
    reminded_day = models.SmallIntegerField(default=0, db_default=0)
    provisional_at = models.DateTimeField(null=True)
    # From when on keys and backups are gone, and the certificate may say so.
    final_from = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)
    # Its organisation was deleted with everything in it, so there is nothing left to do here.
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(step__in=[step.value for step in ORDER]), name="purge_step_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(final_at__isnull=True) | models.Q(provisional_at__isnull=False),
                name="purge_final_after_provisional",
            ),
        ]
        indexes = [
            models.Index(
                fields=["completed_at"],
                condition=models.Q(final_at__isnull=True, superseded_at__isnull=True),
                name="purge_to_do",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project} at {self.step}"


class Kind(models.TextChoices):
    PROVISIONAL = "provisional", "Provisional"
    FINAL = "final", "Final"


class Certificate(models.Model):
    """A signed statement about one deletion. `content` is exactly what was signed."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    purge = models.ForeignKey(Purge, on_delete=models.CASCADE, related_name="certificates")
    kind = models.CharField(max_length=11, choices=Kind)
    content = models.TextField()
    signature = models.BinaryField()
    key = models.CharField(max_length=16)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purge", "kind"], name="certificate_of_each_kind_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=Kind.values), name="certificate_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.purge_id}"
