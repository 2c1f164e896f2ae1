from django.db import models
from django.utils.translation import gettext_lazy as _


class PageCode(models.TextChoices):
    """The pages every organisation has. What it does not write itself is shipped with the product."""

    RULES = "rules", _("Rules")
    QUESTIONS = "questions", _("Questions and answers")
    PRIVACY = "privacy", _("Privacy")
    SUPPORT = "support", _("Support")
    ACCESSIBILITY = "accessibility", _("Accessibility")


class Page(models.Model):
    """An organisation's own text of a page, in one language, as Markdown. A draft is seen in its preview only."""

    code = models.CharField(max_length=13, choices=PageCode)
    language = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    draft = models.TextField(blank=True)
    pk = models.CompositePrimaryKey("code", "language")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(code__in=PageCode.values), name="page_code_is_known")
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.language})"
