from django.db import models

from conversations.models.conversation import Conversation

_CODE = r"^[a-z0-9][a-z0-9_-]{0,59}$"


class Dimension(models.Model):
    """
    Something people differ in, such as their staff group: a question of the survey before access, something
    that the roster says, or both. Who is in which group stands in the vault alone.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="dimensions")
    code = models.CharField(max_length=60)
    question = models.CharField(max_length=200)
    # Why it is asked, in the organisation's words.
    reason = models.TextField(blank=True)
    position = models.SmallIntegerField(default=0)
    # Whether the survey asks for it; otherwise it is known from the roster alone.
    is_asked = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "code"], name="dimension_code_is_once"),
            models.CheckConstraint(condition=models.Q(code__regex=_CODE), name="dimension_code_is_plain"),
        ]

    def __str__(self) -> str:
        return self.question


class Bucket(models.Model):
    """One of the answers to choose from."""

    dimension = models.ForeignKey(Dimension, on_delete=models.CASCADE, related_name="buckets")
    code = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    position = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dimension", "code"], name="bucket_code_is_once"),
            models.CheckConstraint(condition=models.Q(code__regex=_CODE), name="bucket_code_is_plain"),
        ]

    def __str__(self) -> str:
        return self.label
