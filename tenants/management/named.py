"""What commands ask for by name."""

from django.core.management.base import CommandError

from tenants import queries
from tenants.models import Organisation


def organisation_named(slug: str) -> Organisation:
    """Raises CommandError, with a sentence that says where the names are listed."""
    found = queries.organisation(slug)
    if found is None:
        raise CommandError("There is no organisation of this name. `manage organisation list` shows all.")
    return found
