from django.db import models


class Branding(models.Model):
    """How an organisation's site looks: one row in each tenant schema."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    brand_colour = models.CharField(max_length=7)
    # The digest that names the logo's file; empty where there is none.
    logo = models.CharField(max_length=32, blank=True, default="", db_default="")
    # What the front page says below its title, in place of our own sentence.
    welcome = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="branding_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(brand_colour__regex="^#[0-9a-f]{6}$"), name="branding_colour_is_hex"
            ),
        ]

    def __str__(self) -> str:
        return self.brand_colour
