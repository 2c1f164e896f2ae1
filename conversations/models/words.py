from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from conversations.models.contribution import Idea


class IdeaWords(models.Model):
    """
    The words of a shown idea, for searching.

    A table of its own because each vote writes the idea's row anew, and with it an entry in every
    index the idea has; words change with the text alone.
    """

    idea = models.OneToOneField(Idea, on_delete=models.CASCADE, primary_key=True, related_name="words")
    vector = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["vector"], name="idea_words")]

    def __str__(self) -> str:
        return str(self.idea_id)
