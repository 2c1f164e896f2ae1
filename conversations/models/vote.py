from django.db import models

from conversations.models.contribution import Idea


class Vote(models.Model):
    """
    One person's like (1) or dislike (-1) of an idea. Keeps no time.

    The tag makes a person's vote on this idea unique and changeable; the route leads the vault
    to the voter of exactly this idea.
    """

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, db_index=False, related_name="votes")
    voter_tag = models.BinaryField()
    value = models.SmallIntegerField()
    route = models.BinaryField()
    # The merge of ideas that wrote it; a person's own later act clears it. No key: it stands in no index.
    carried_by = models.UUIDField(null=True)
    pk = models.CompositePrimaryKey("idea_id", "voter_tag")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(value__in=[1, -1]), name="vote_is_like_or_dislike")
        ]

    def __str__(self) -> str:
        return "like" if self.value > 0 else "dislike"
