from django.db import models


class Planted(models.Model):
    """An example that the scan of this schema must find. Its transaction is always rolled back: no row stays."""

    name = models.CharField(max_length=80)
    text = models.TextField()
    content = models.BinaryField()
    data = models.JSONField()

    def __str__(self) -> str:
        return self.name
