"""The verbs themselves. Importing this package registers them all."""

from privacy.vault.verbs import (
    contact,
    conversations,
    deletion,
    enrolment,
    entry,
    helping,
    holding,
    identification,
    leaving,
    mailings,
    mentions,
    merging,
    operations,
    originals,
    readiness,
    survey,
)

__all__ = [
    "contact",
    "conversations",
    "deletion",
    "enrolment",
    "entry",
    "helping",
    "holding",
    "identification",
    "leaving",
    "mailings",
    "mentions",
    "merging",
    "operations",
    "originals",
    "readiness",
    "survey",
]
