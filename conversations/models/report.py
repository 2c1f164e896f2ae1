from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.contribution import Comment, Idea

MOST_CHARACTERS_OF_REPORT = 500


class Reason(models.TextChoices):
    """The rules a contribution may break, and the one case in which somebody needs help."""

    PERSON = "person", _("It names somebody, or makes them recognisable")
    ABUSE = "abuse", _("It is abusive, threatening or discriminates")
    WORRY = "worry", _("I am worried about somebody's safety")
    OTHER = "other", _("Something else")


class Report(models.Model):
    """
    Somebody asks the facilitators to look at a contribution. Nobody ever learns who.

    The tag makes it one report for each person and contribution; it keeps its day, and no time.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, null=True, related_name="reports")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="reports")
    reporter_tag = models.BinaryField(unique=True)
    reason = models.CharField(max_length=6, choices=Reason)
    words = models.CharField(max_length=MOST_CHARACTERS_OF_REPORT, blank=True)
    day = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(idea__isnull=True) ^ models.Q(comment__isnull=True),
                name="report_is_about_one",
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=Reason.values), name="report_reason_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.reason
