"""The control plane's memory of what was done, by whom of us, and to which organisation."""

from django.db import models


class AuditEntry(models.Model):
    """
    One link of the chain: never changed, never removed, and nothing in it leads to a participant.

    `digest` covers the entry and the digest before it; see `kernel.audit`.
    """

    position = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    what = models.CharField(max_length=60)
    by = models.UUIDField(null=True)
    organisation = models.UUIDField(null=True)
    about = models.JSONField()
    digest = models.BinaryField(unique=True)

    def __str__(self) -> str:
        return f"{self.position} {self.what}"
