"""Where an organisation's own systems want to be told, and the outbox of what they are told. Nothing is about a person."""

from uuid import uuid4

from django.db import models


class EventKind(models.TextChoices):
    OPENED = "project.opened", "A project opened"
    CLOSED = "project.closed", "A project closed"
    COMPLETED = "project.completed", "A project is complete"
    PUBLISHED = "report.published", "A report was published"
    CERTIFIED = "deletion.certified", "A deletion was certified"
    TEST = "test", "A test"


class Endpoint(models.Model):
    """An address of the organisation's. Its secret is sealed under the platform's own."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    url = models.CharField(max_length=500)
    kinds = models.JSONField()
    sealed_secret = models.BinaryField()
    is_on = models.BooleanField(default=True)
    # Nothing from before is ever told.
    since = models.DateTimeField()
    by = models.UUIDField()
    # Why it was switched off by itself.
    problem = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.url


class Event(models.Model):
    """Something that happened to a project, noted once. `subject` is the project, the report's version, the certificate."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    kind = models.CharField(max_length=20, choices=EventKind)
    project = models.UUIDField(null=True)
    subject = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="webhook_event_is_once")]

    def __str__(self) -> str:
        return self.kind


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DONE = "done", "Delivered"
    GIVEN_UP = "given up", "Given up"


class Delivery(models.Model):
    """One event for one endpoint, until it arrived or was given up."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    # The status of the last answer, if there was one, and what stood in the way otherwise.
    answer = models.SmallIntegerField(null=True)
    problem = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="webhook_delivery_is_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=DeliveryState.values), name="webhook_delivery_state_is_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(state=DeliveryState.WAITING), name="webhook_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.state}"
