from django.db import models

from conversations.models.conversation import Conversation

_CODE = r"^[a-z0-9][a-z0-9_-]{0,59}$"


class Dimension(models.Model):
    """A question of the survey before access, such as "Which staff group are you in?". Answers go to the vault."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="dimensions")
    code = models.CharField(max_length=60)
    question = models.CharField(max_length=200)
    # Why it is asked, in the organisation's words.
    reason = models.TextField(blank=True)
    position = models.SmallIntegerField(default=0)

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
