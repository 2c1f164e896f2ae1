"""Tables of figures about groups: a snapshot for a day, what was ever released, and which quotes have a label."""

import uuid

from django.db import models


class Frozen(models.Model):
    """What contributions and votes there were on a day, for the jobs of that day. It is gone a day later."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    conversation = models.ForeignKey("vault.Conversation", on_delete=models.CASCADE)
    day = models.DateField()
    # Of all its parts in order, once it is whole.
    digest = models.BinaryField(null=True)
    begun_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "day"], name="frozen_is_once_a_day")]

    def __str__(self) -> str:
        return str(self.id)


class FrozenPart(models.Model):
    """Some thousand rows of a snapshot, sealed: ids, routes and values, no words and no person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    snapshot = models.ForeignKey(Frozen, on_delete=models.CASCADE, related_name="parts")
    number = models.IntegerField()
    holds_votes = models.BooleanField()
    digest = models.BinaryField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "number"], name="frozen_part_is_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.snapshot_id}"


class Release(models.Model):
    """
    What was ever released about groups, with what it was made of, sealed. No release forgets an earlier one.

    It holds counts of groups that stand in the tables, and nothing about single people.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    conversation = models.ForeignKey("vault.Conversation", on_delete=models.CASCADE)
    scale = models.CharField(max_length=5)
    day = models.DateField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "day", "scale"], name="release_is_once_a_day"),
            models.UniqueConstraint(
                fields=["conversation"], condition=models.Q(scale="menu"), name="release_of_the_menu_is_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scale} of {self.day}"


class Described(models.Model):
    """By which one dimension a quote may be described: a second one would cut its author out of two groups."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    conversation = models.ForeignKey("vault.Conversation", on_delete=models.CASCADE)
    # The contribution as a blind index: the row does not lead to it.
    mark = models.BinaryField()
    dimension = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "mark"], name="described_is_once")]

    def __str__(self) -> str:
        return str(self.id)
