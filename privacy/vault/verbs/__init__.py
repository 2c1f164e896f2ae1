"""The verbs themselves. Importing this package registers them all."""

from privacy.vault.verbs import (
    contact,
    conversations,
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
    requests,
    survey,
)

__all__ = [
    "contact",
    "conversations",
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
    "requests",
    "survey",
]
