"""Opinion groups: what was released about them, once."""

import uuid

from django.db import models


class Opinions(models.Model):
    """
    Figures about the opinion groups of a conversation as they were released: rounded, and about groups alone.

    Kept so that they are released once. A second release beside it would tell who came or went between the two.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    conversation = models.OneToOneField("vault.Conversation", on_delete=models.CASCADE)
    # Of the snapshot they were made from.
    digest = models.BinaryField()
    day = models.DateField()
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.day)
